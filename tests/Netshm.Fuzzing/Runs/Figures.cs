namespace Netshm.Fuzzing.Runs;

/// <summary>What many runs on damaged files came to.</summary>
internal sealed class Figures
{
    /// <summary>How many files were damaged and used.</summary>
    public int Files { get; private set; }

    /// <summary>In how many of them nothing wrong was to be found, so that everything had to work.</summary>
    public int SoundFiles { get; private set; }

    /// <summary>How many operations gave an answer.</summary>
    public long Answers { get; private set; }

    /// <summary>How many operations ended with a typed error.</summary>
    public long TypedErrors { get; private set; }

    private (TimeSpan Time, string What) _slowest;
    private (double Ratio, string What) _largest;
    private (long InBytes, string What) _grown;
    private (TimeSpan Time, int Number) _slowestFile;

    public void AddFile(int number, bool isSound, TimeSpan time)
    {
        Files++;
        SoundFiles += isSound ? 1 : 0;
        if (time > _slowestFile.Time)
            _slowestFile = (time, number);
    }

    public void AddOperation(bool isAnswer)
    {
        Answers += isAnswer ? 1 : 0;
        TypedErrors += isAnswer ? 0 : 1;
    }

    public void AddTime(TimeSpan time, string operation, int number)
    {
        if (time > _slowest.Time)
            _slowest = (time, $"{operation} of file {number}");
    }

    public void AddAllocation(long bytes, long fileLength, string operation, int number)
    {
        double ratio = (double)bytes / fileLength;
        if (ratio > _largest.Ratio)
            _largest = (ratio, $"{bytes} bytes by {operation} of file {number}, which has {fileLength}");
    }

    public void AddGrowth(long bytes, long fileLength, int number)
    {
        if (bytes > _grown.InBytes)
            _grown = (bytes, $"file {number}, which had {fileLength}");
    }

    /// <summary>Adds what another thread found.</summary>
    public void Add(Figures other)
    {
        Files += other.Files;
        SoundFiles += other.SoundFiles;
        Answers += other.Answers;
        TypedErrors += other.TypedErrors;
        _slowest = other._slowest.Time > _slowest.Time ? other._slowest : _slowest;
        _slowestFile = other._slowestFile.Time > _slowestFile.Time ? other._slowestFile : _slowestFile;
        _largest = other._largest.Ratio > _largest.Ratio ? other._largest : _largest;
        _grown = other._grown.InBytes > _grown.InBytes ? other._grown : _grown;
    }

    public override string ToString() => FormattableString.Invariant($"""
        {Files} damaged files, {SoundFiles} of them sound to the check; {Answers} answers, {TypedErrors} typed errors
        slowest operation: {_slowest.Time.TotalMilliseconds:F1} ms, {_slowest.What}
        slowest file: {_slowestFile.Time.TotalMilliseconds:F1} ms, file {_slowestFile.Number}
        largest allocation: {_largest.Ratio:F2} times the file: {_largest.What}
        largest growth by writing: {_grown.InBytes} bytes, {_grown.What}
        """);
}

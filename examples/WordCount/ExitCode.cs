namespace WordCount;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The shared table and the single process disagree.</summary>
    public const int CountsDiffer = 1;

    /// <summary>The command line or an input file is wrong.</summary>
    public const int BadInput = 2;

    /// <summary>A worker process or the table failed.</summary>
    public const int Failed = 3;

    /// <summary>Stopped by Ctrl-C or a request to terminate; 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}

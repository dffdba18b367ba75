using System.Diagnostics;

namespace Netshm.Fuzzing.Runs;

/// <summary>Runs operations on a damaged file: each has to give an answer or a typed error, soon, and without much memory.</summary>
internal sealed class OperationGuard
{
    /// <summary>The longest that an operation may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What an operation may allocate beside twice the file: for errors, reports and buffers.</summary>
    public const long AllowanceInBytes = 128 << 10;

    /// <summary>Files below this are too small for the ratio between them and what is allocated to mean anything.</summary>
    private const long RatioCountsFromBytes = 8 << 10;

    private volatile string? _running;
    private long _runningSince;
    private long _lengthInBytes;

    public Figures Figures { get; } = new();

    /// <summary>Which file is being used.</summary>
    public int Number { get; private set; }

    /// <summary>Whether nothing is wrong with the file, so that every error is a failure.</summary>
    public bool IsSound { get; set; }

    /// <summary>Errors that are none of the file's contents, and may come all the same.</summary>
    public Func<Exception, bool> MayThrow { get; init; } = static e => IsTyped(e);

    /// <summary>The operation that is running, and for how long it has been.</summary>
    public (string? Operation, TimeSpan Time) Running =>
        (_running, Stopwatch.GetElapsedTime(Volatile.Read(ref _runningSince)));

    /// <summary>What was done to it.</summary>
    public string Damages { get; private set; } = "";

    /// <summary>To be called before another file is used.</summary>
    public void Begin(int number, string damages, long lengthInBytes)
    {
        Number = number;
        Damages = damages;
        IsSound = false;
        _lengthInBytes = lengthInBytes;
    }

    /// <summary>To be called when writing may have made the file longer.</summary>
    public void NoteLength(long lengthInBytes) => _lengthInBytes = Math.Max(_lengthInBytes, lengthInBytes);

    /// <summary>Runs an operation.</summary>
    /// <param name="operation">What it is called.</param>
    /// <param name="body">The operation.</param>
    /// <param name="timesTheFile">How much it may allocate besides <see cref="AllowanceInBytes"/>.</param>
    /// <returns>Whether it gave an answer.</returns>
    /// <exception cref="FuzzFailureException">It did something else than it may.</exception>
    public bool Run(string operation, Action body, int timesTheFile = 2)
    {
        Volatile.Write(ref _runningSince, Stopwatch.GetTimestamp());
        _running = operation;
        long allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        Exception? error = null;
        try
        {
            body();
        }
#pragma warning disable CA1031 // Whatever comes out is what this is about.
        catch (Exception e) when (e is not FuzzFailureException)
#pragma warning restore CA1031
        {
            error = e;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        TimeSpan time = Running.Time;
        _running = null;
        Judge(operation, error, allocated, timesTheFile, time);
        return error is null;
    }

    /// <summary>Opens something, which does not stay open when that was not as it must be.</summary>
    /// <returns>Null when there was a typed error.</returns>
    /// <exception cref="FuzzFailureException">It did something else than it may.</exception>
    public T? Open<T>(string operation, Func<T> open)
        where T : class, IDisposable
    {
        T? opened = null;
        try
        {
            Run(operation, () => opened = open());
        }
        catch (FuzzFailureException)
        {
            opened?.Dispose(); // Else the file would be in use when it is tried once more.
            throw;
        }

        return opened;
    }

    /// <summary>Fails when something that was answered is wrong.</summary>
    public static void Expect(bool isRight, string problem)
    {
        if (!isRight)
            throw new FuzzFailureException(problem);
    }

    private static bool IsTyped(Exception e) =>
        e is NetshmException and not (LockTimeoutException or DeadlockException);

    private void Judge(string operation, Exception? error, long allocated, int timesTheFile, TimeSpan time)
    {
        if (error is not null && !MayThrow(error))
            throw new FuzzFailureException($"{operation}: {error.GetType().Name}: {error.Message}", error);
        if (error is not null && IsSound)
            throw new FuzzFailureException($"{operation} fails on a file in which the check finds nothing", error);
        long limit = (timesTheFile * _lengthInBytes) + AllowanceInBytes;
        if (allocated > limit)
            throw new FuzzFailureException($"{operation} allocates {allocated} bytes; the file has {_lengthInBytes}", error);
        Figures.AddOperation(error is null);
        Figures.AddTime(time, operation, Number);
        if (_lengthInBytes >= RatioCountsFromBytes)
            Figures.AddAllocation(allocated, _lengthInBytes, operation, Number);
        if (time > Patience)
            throw new TooSlowException($"{operation} took {time.TotalSeconds:F1} s");
    }
}

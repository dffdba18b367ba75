using System.Diagnostics;

namespace Netshm.Benchmarks.Actors;

/// <summary>A kind of work of the actor layer.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Work">Does operations for so long, and tells how many they were.</param>
internal sealed record Series(string Name, Func<TimeSpan, long> Work)
{
    /// <summary>How many operations are under way at any time.</summary>
    public const int InFlight = 64;

    private const int CallsBetweenLooksAtClock = 16;

    /// <summary>Operations of which a fixed number is under way at any time.</summary>
    public static Series UnderWay(string name, Func<int, Task> operation) => new(name, duration =>
    {
        int next = -1;
        var watch = Stopwatch.StartNew();
        Task.WaitAll(Enumerable.Range(0, InFlight).Select(_ => Task.Run(async () =>
        {
            while (watch.Elapsed < duration)
                await operation(Interlocked.Increment(ref next));
        })));
        return next + 1;
    });

    /// <summary>One call at a time.</summary>
    public static Series OneByOne(string name, Action<int> operation) => new(name, duration =>
    {
        int i = 0;
        for (var watch = Stopwatch.StartNew(); i % CallsBetweenLooksAtClock != 0 || watch.Elapsed < duration; i++)
            operation(i);
        return i;
    });

    /// <summary>The nanoseconds each operation takes of the time.</summary>
    public double NanosecondsEach(TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        long operations = Work(duration);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / operations;
    }
}

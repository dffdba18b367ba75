using System.Diagnostics;

namespace Sessions;

/// <summary>Makes one request after the other, of users at random, and notes each on the board when it has returned.</summary>
internal sealed class Client(ISessionStore store, Board board, int number)
{
    private static readonly double s_nanosecondsPerTimestamp = 1e9 / Stopwatch.Frequency;

    /// <summary>Makes requests until it is told to stop.</summary>
    /// <exception cref="MissingSessionException">A session is not there.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var random = new Random();
        while (!stop.IsCancellationRequested)
        {
            int user = random.Next(Load.Users);
            if (random.Next(Load.RequestsPerUpdate) == 0)
                await UpdateAsync(user);
            else
                await ReadAsync(user);
        }
    }

    private async ValueTask ReadAsync(int user)
    {
        long start = Stopwatch.GetTimestamp();
        if (await store.FindAsync(user) is null)
            throw new MissingSessionException(user);
        board.CountRead(number, NanosecondsSince(start));
    }

    private async Task UpdateAsync(int user)
    {
        long start = Stopwatch.GetTimestamp();
        int count = await store.UpdateAsync(user);
        board.Acknowledge(number, new Acknowledgement(user, count));
        board.CountUpdate(number, NanosecondsSince(start));
    }

    private static long NanosecondsSince(long start) =>
        (long)((Stopwatch.GetTimestamp() - start) * s_nanosecondsPerTimestamp);
}

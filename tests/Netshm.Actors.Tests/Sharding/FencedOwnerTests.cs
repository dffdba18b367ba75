using Netshm.TestKit;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>
/// An owner of partitions is stopped (SIGSTOP), removed from the cluster, and goes on (SIGCONT) when another process of its host
/// has taken its partitions over: with all that waits in its socket, its mailboxes and its queues.
/// </summary>
public sealed class FencedOwnerTests : ShardingSpec
{
    private const int WritersAtWork = 24;

    private static readonly ShmTableOptions s_lookAtLock = new() { LockTimeout = TimeSpan.FromSeconds(1) };

    [Fact]
    public async Task An_owner_that_goes_on_after_others_took_over_stores_nothing()
    {
        int rounds = LongForm.Rounds("NETSHM_FENCED_OWNERS", shortForm: 1);
        List<string> overwritten = [];
        ChildProcess owner = StartNode("a");
        for (int round = 0; round < rounds; round++)
        {
            ChildProcess heir = StartNode("a");
            await AwaitCaches(2);
            overwritten.AddRange(await OverwrittenByAsync(owner));
            owner = heir;
        }

        Assert.True(
            overwritten.Count == 0,
            $"{overwritten.Count} late writes in {rounds} rounds:\n{string.Join('\n', overwritten)}");
    }

    private async Task<IReadOnlyList<string>> OverwrittenByAsync(ChildProcess owner)
    {
        using var writers = new Writers(Table, WritersAtWork);
        await writers.AdvanceAsync(Patience);
        StopWithoutLock(owner);
        using var goingAway = new CancellationTokenSource();
        Task abandoned = WriteWithoutDeadlineAsync(goingAway.Token);
        await AwaitCaches(1);
        await goingAway.CancelAsync();
        await abandoned;
        await writers.AdvanceAsync(Patience);
        await writers.StopAsync();

        // From here on nothing is written but what the old owner still has. When it knows of the separation it has read it all.
        owner.Signal("CONT");
        Assert.Equal("apart", owner.Ask("apart"));
        IReadOnlyList<string> overwritten = await writers.FindOverwrittenAsync(Patience);
        owner.Kill();
        return overwritten;
    }

    /// <summary>
    /// Sends writes whose deadline can't keep them from being executed late, and whose callers don't send them again when they
    /// hear that they were not executed.
    /// </summary>
    private async Task WriteWithoutDeadlineAsync(CancellationToken cancellation)
    {
        Task[] writes =
        [
            .. Enumerable.Range(0, WritersAtWork).Select(
                index => Table.ReplaceAsync(Writers.KeyOf(index), int.MinValue, Timeout.InfiniteTimeSpan, cancellation)),
        ];
        try
        {
            await Task.WhenAll(writes);
        }
        catch (OperationCanceledException)
        {
            // Those that wait in the socket of the stopped process.
        }
    }

    /// <summary>Stops a process at a moment when nobody would wait for a lock that it holds.</summary>
    private void StopWithoutLock(ChildProcess process)
    {
        while (true)
        {
            process.Signal("STOP");
            if (FilesOn("a").Append(LedgerOn("a")).All(IsFree))
                return;
            process.Signal("CONT");
        }
    }

    private static bool IsFree(string path)
    {
        try
        {
            using ShmTable table = ShmTable.Open(SharedMemoryName.File(path), s_lookAtLock);
            table.Group(() => { });
            return true;
        }
        catch (LockTimeoutException)
        {
            return false;
        }
    }
}

using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>
/// Promise 9: what four processes read without a lock while they write is linearizable, key by key.
/// <c>NETSHM_HISTORIES</c> says how many histories.
/// </summary>
public class LinearizabilityTests(ITestOutputHelper output)
{
    private const int Workers = 4;
    private const int Keys = 4;
    private const int OperationsEach = 1000;

    [Fact]
    public void Concurrent_histories_with_reads_without_a_lock_are_linearizable()
    {
        int histories = LongForm.Rounds("NETSHM_HISTORIES", shortForm: 20);
        int operations = 0;
        int overlaps = 0;
        using var workers = new DisposableList<ChildProcess>();
        for (int i = 0; i < Workers; i++)
            workers.Add(WorkerProcess.Start("history", "Futex"));
        Seed.Take(output).Run(random =>
        {
            for (int i = 0; i < histories; i++)
            {
                List<KeyOperation> history = Record(workers, random);
                operations += history.Count;
                foreach (IGrouping<int, KeyOperation> ofKey in history.GroupBy(operation => operation.Key))
                {
                    overlaps += Overlaps(ofKey);
                    if (!KeyHistory.IsLinearizable(ofKey))
                        Assert.Fail($"history {i}, key {ofKey.Key} is not linearizable:\n{string.Join('\n', ofKey)}");
                }
            }
        });
        output.WriteLine($"{histories} histories of {Workers} processes: {operations} operations, " +
            $"{overlaps} of which overlap with an earlier one on the same key");
        Assert.True(overlaps > 0, "nothing was concurrent");
    }

    [Fact]
    public void A_stale_read_a_lost_write_and_a_value_from_the_future_are_found_out()
    {
        KeyOperation write1 = new(1, "write", 10, 0, 10);
        KeyOperation write2 = new(1, "write", 20, 20, 30);
        Assert.True(KeyHistory.IsLinearizable([write1, write2, new(1, "read", 10, 25, 26), new(1, "read", 20, 27, 28)]));
        Assert.False(KeyHistory.IsLinearizable([write1, write2, new(1, "read", 20, 25, 26), new(1, "read", 10, 27, 28)]));
        Assert.False(KeyHistory.IsLinearizable([write1, write2, new(1, "read", 10, 31, 40)]));
        Assert.False(KeyHistory.IsLinearizable([write1, new(1, "contains", 0, 11, 12)]));
        Assert.False(KeyHistory.IsLinearizable([write1, write2, new(1, "read", 20, 11, 12)]));
        Assert.True(KeyHistory.IsLinearizable([write1, new(1, "remove", 1, 5, 15), new(1, "read", 10, 6, 14)]));
        Assert.False(KeyHistory.IsLinearizable([write1, new(1, "remove", 1, 11, 12), new(1, "remove", 1, 11, 13)]));
    }

    private static List<KeyOperation> Record(DisposableList<ChildProcess> workers, Random random)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex, Init = 1 });
        ShmTable.Open(temp.Name, temp.Options).Dispose();
        for (int i = 0; i < Workers; i++)
            workers[i].WriteLine($"{temp.Name} {i} {Keys} {OperationsEach} {random.Next()}");
        workers.ForEach(worker => Assert.Equal("open", worker.ReadLine()));
        workers.ForEach(worker => worker.WriteLine("go"));
        var history = new List<KeyOperation>();
        foreach (ChildProcess worker in workers)
        {
            for (string line = worker.ReadLine(); line != "end"; line = worker.ReadLine())
                history.Add(KeyOperation.Parse(line));
        }

        return history;
    }

    private static int Overlaps(IEnumerable<KeyOperation> operations)
    {
        int overlaps = 0;
        long latestEnd = 0;
        foreach (KeyOperation operation in operations.OrderBy(operation => operation.Start))
        {
            overlaps += operation.Start < latestEnd ? 1 : 0;
            latestEnd = Math.Max(latestEnd, operation.End);
        }

        return overlaps;
    }
}

using System.Collections.Concurrent;
using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>What the first use of a table finds out about it, when several threads are the first ones together.</summary>
public class FirstReaderTests
{
    [Fact]
    public void Readers_that_come_first_together_take_the_table_for_the_same_one()
    {
        const int threads = 2, rounds = 1000;
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using var start = new Barrier(threads);
        ShmTable table = null!;
        var failures = new ConcurrentQueue<Exception>();
        Thread[] readers = [.. Enumerable.Range(0, threads).Select(number => new Thread(() =>
        {
            for (int round = 0; round < rounds; round++)
            {
                if (number == 0)
                    table = ShmTable.Open(temp.Name, temp.Options);
                start.SignalAndWait();
                if (Record.Exception(() => table.Count) is { } failure)
                    failures.Enqueue(failure);
                start.SignalAndWait();
                if (number == 0)
                    table.Dispose();
            }
        }))];
        foreach (Thread reader in readers)
            reader.Start();
        Assert.All(readers, reader => Assert.True(reader.Join(TimeSpan.FromMinutes(1)), "a reader does not come to an end"));
        Assert.Empty(failures);
    }
}

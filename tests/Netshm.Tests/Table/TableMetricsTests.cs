using System.Diagnostics.Metrics;
using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>What the meter <c>Netshm</c> tells a listener.</summary>
public sealed class TableMetricsTests
{
    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void A_listener_learns_what_this_process_does_with_each_table(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using var other = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        _ = other.Open();
        int pages = table.Check().TotalPages;
        for (int key = 0; key < 10; key++)
            table.Add(key, [key]);
        table.Replace(3, [4]);
        Assert.True(table.Remove(5));

        Dictionary<string, long> counts = Listen(temp, locking);
        Assert.Equal(12, counts["netshm.writes"]);
        Assert.Equal(table.Check().TotalPages - pages, counts["netshm.pages.added"]);
        Assert.InRange(counts["netshm.lock.acquisitions"], 12, 100);
        Assert.Equal((0, 0), (counts["netshm.recoveries"], counts["netshm.lock.waits"]));
        Assert.Equal(0, Listen(other, locking)["netshm.writes"]);
    }

    [Fact]
    public void Reads_without_a_lock_count_nothing_but_those_that_were_disturbed()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Futex });
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        Dictionary<string, long> before = Listen(temp, LockingMethod.Futex);
        for (int i = 0; i < 1000; i++)
            Assert.Equal([1], table.Find(1));
        Assert.Equal(before, Listen(temp, LockingMethod.Futex));
    }

    [Fact]
    public void A_thread_that_waits_is_counted()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        var writer = new Thread(() => table.Add(1, [1]));
        table.Group(() =>
        {
            writer.Start();
            SpinWait.SpinUntil(() => Listen(temp, LockingMethod.Futex)["netshm.lock.waits"] > 0);
        });
        writer.Join();
        Assert.Equal(1, Listen(temp, LockingMethod.Futex)["netshm.lock.waits"]);
    }

    [Fact]
    public void A_recovery_is_counted()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        for (int key = 0; key < 10; key++)
            table.Add(key, [key]);
        using (ChildProcess worker = WorkerProcess.Start("write-and-hold", temp.Name.ToString(), "Futex"))
        {
            Assert.Equal("ready", worker.ReadLine());
            Assert.Equal("held", worker.Ask("go"));
            worker.Kill();
        }

        table.Add(11, [1]);
        Assert.Equal(1, Listen(temp, LockingMethod.Futex)["netshm.recoveries"]);
    }

    [Fact]
    public void A_closed_table_is_not_measured()
    {
        using var temp = new TempTable();
        ShmTable.Open(temp.Name).Dispose();
        Assert.Empty(Listen(temp, LockingMethod.Futex));
    }

    /// <summary>The measurements of one table, by instrument.</summary>
    private static Dictionary<string, long> Listen(TempTable temp, LockingMethod locking)
    {
        var counts = new Dictionary<string, long>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Netshm")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, number, tags, _) =>
        {
            Dictionary<string, object?> named = tags.ToArray().ToDictionary();
            if (Equals(named["table"], temp.Name.ToString()) && Equals(named["locking"], locking.ToString()))
                counts.Add(instrument.Name, number);
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return counts;
    }
}

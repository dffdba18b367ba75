using Netshm.TestKit;

namespace Netshm.Tests.Diagnostics;

/// <summary>What tables tell those who look at them from outside.</summary>
public sealed class ObservationTests : IDisposable
{
    private readonly TempTable _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_user_of_another_process_is_seen_with_its_lock_and_its_counts_until_it_dies()
    {
        using (ShmTable table = ShmTable.Open(_temp.Name))
        {
            for (int key = 0; key < 10; key++)
                table.Add(key, [key]);
        }

        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open, FileAccess.Read);
        using (ChildProcess worker = WorkerProcess.Start("write-and-hold", _temp.Name.ToString(), $"{LockingMethod.Futex}"))
        {
            Assert.Equal("ready", worker.ReadLine());
            Assert.Equal("held", worker.Ask("go"));
            SidecarObservation seen = SidecarObservation.Of(memory)!;
            TableUser user = Assert.Single(seen.Users);
            Assert.Equal((worker.Id, 10, 1), (user.ProcessId, user.Writes, user.Locks));
            Assert.Equal((user.Slot, true), (seen.OwnerSlot, seen.IsModified));
            worker.Kill();
        }

        SidecarObservation after = SidecarObservation.Of(memory)!;
        Assert.Empty(after.Users);
        Assert.Equal((0, true), (after.OwnerSlot, after.IsModified));
    }

    [Fact]
    public void The_feed_of_a_table_is_told_and_a_table_without_sidecar_has_no_observation()
    {
        using ShmTable table = _temp.Open(new ShmTableOptions { ChangeFeedCapacity = 8 });
        table.Add(1, [1]);
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open, FileAccess.Read);
        SidecarObservation seen = SidecarObservation.Of(memory)!;
        Assert.Equal((1, 8, Environment.ProcessId), (seen.LastChange, seen.FeedCapacity, Assert.Single(seen.Users).ProcessId));

        using var other = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        _ = other.Open();
        using SharedMemoryObject recordLocked = SharedMemoryObject.Open(other.Name, FileMode.Open, FileAccess.Read);
        Assert.Null(SidecarObservation.Of(recordLocked));
        Assert.Equal(LockingMethod.Record, TableObservation.Of(recordLocked)!.Locking);
    }

    [Fact]
    public void A_table_is_observed_as_its_statistics_tell_and_an_empty_object_is_none()
    {
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name);
        Assert.Null(TableObservation.Of(memory));
        ShmTable table = _temp.Open();
        table.Add(1, new int[100]);
        TableStatistics expected = table.GetStatistics();
        Assert.Equal(
            new TableObservation(
                expected.PageSize, LockingMethod.Futex, 1, expected.TotalPages, expected.FreePages, 1, expected.Cells),
            TableObservation.Of(memory));
    }

    [Fact]
    public void Each_page_is_told_by_its_kind_of_an_open_table_and_from_outside()
    {
        ShmTable table = _temp.Open();
        table.Add(1, new int[100]);
        table.Add(2, [1]);
        _ = table.Remove(2);
        IReadOnlyList<PageState> pages = TablePages.Of(table);
        Assert.Equal([PageKind.Master, PageKind.Descriptor, PageKind.HashTable], pages.Take(3).Select(page => page.Kind));
        Assert.Equal(
            [PageKind.Binding, PageKind.FurtherBinding, PageKind.Free], pages.TakeLast(3).Select(page => page.Kind));
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open, FileAccess.Read);
        Assert.Equal(pages, TablePages.Of(memory));
    }

    [Fact]
    public void Tables_and_sidecars_are_known_by_how_they_begin()
    {
        _ = _temp.Open();
        byte[] table = File.ReadAllBytes(_temp.Name.MemoryPath), sidecar = File.ReadAllBytes(_temp.Name.MemoryPath + ".netshm");
        Assert.Equal((true, false), (TableFiles.BeginTable(table), TableFiles.BeginTable(sidecar)));
        Assert.Equal((false, true), (TableFiles.BeginSidecar(table), TableFiles.BeginSidecar(sidecar)));
        Assert.False(TableFiles.BeginTable(table.AsSpan(0, 51)));
    }

    [Fact]
    public void Nobody_opens_a_table_while_its_files_are_looked_after()
    {
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name);
        var impatient = new ShmTableOptions { OpenTimeout = TimeSpan.Zero };
        Exception? failure = null;
        TableFiles.WithNobodyComing(memory, () =>
        {
            var other = new Thread(() => failure = Record.Exception(() => ShmTable.Open(_temp.Name, impatient).Dispose()));
            other.Start();
            other.Join();
        });
        _ = Assert.IsType<LockTimeoutException>(failure);
        _ = _temp.Open();

        File.Delete(_temp.Name.MemoryPath);
        _ = Assert.Throws<IOException>(() => TableFiles.WithNobodyComing(memory, static () => Assert.Fail("not at its name")));
    }
}

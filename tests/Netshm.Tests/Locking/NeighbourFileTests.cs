using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>What is not provably a table's sidecar is not touched, and what is of another time is not believed.</summary>
public sealed class NeighbourFileTests : IDisposable
{
    private const int Keys = 1000;

    private readonly TempTable _temp = new();

    private string TablePath => _temp.Name.MemoryPath;

    private string SidecarPath => _temp.Name.SidecarPath;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_file_of_the_user_in_the_sidecars_place_does_not_change_how_a_table_is_locked()
    {
        using (ShmTable table = _temp.Open(new ShmTableOptions { Locking = LockingMethod.Record }))
            table.Add(1, [1]);
        File.WriteAllText(SidecarPath, "a dump");
        ShmTable opened = _temp.Open();
        Assert.Equal(LockingMethod.Record, opened.Locking);
        Assert.Equal([1], opened.Find(1));
        opened.Dispose();
        SharedMemoryObject.Unlink(_temp.Name);
        Assert.Equal("a dump", File.ReadAllText(SidecarPath));
        File.Delete(SidecarPath);
    }

    [Theory]
    [InlineData(".netshm")]
    [InlineData(".netshm.new")]
    public void A_file_that_is_no_sidecar_is_refused_by_both_names_and_stays(string suffix)
    {
        string path = TablePath + suffix;
        File.WriteAllText(path, "a dump");
        UntrustedFileException e = Assert.Throws<UntrustedFileException>(() => _temp.Open());
        Assert.Equal(path, e.Path);
        Assert.Contains(TablePath, e.Message, StringComparison.Ordinal);
        Assert.Equal("a dump", File.ReadAllText(path));
        File.Delete(path);
        Assert.Equal(LockingMethod.Futex, _temp.Open().Locking);
    }

    [Fact]
    public void A_table_in_the_sidecars_place_is_neither_replaced_nor_removed()
    {
        var neighbour = SharedMemoryName.File(SidecarPath);
        using (ShmTable table = ShmTable.Open(neighbour))
            table.Add(1, [1]);
        Assert.Throws<UntrustedFileException>(() => _temp.Open());
        using (ShmTable table = _temp.Open(new ShmTableOptions { Locking = LockingMethod.Record }))
            table.Add(2, [2]);
        SharedMemoryObject.Unlink(_temp.Name);
        using (ShmTable table = ShmTable.Open(neighbour))
            Assert.Equal([1], table.Find(1));
        SharedMemoryObject.Unlink(neighbour);
    }

    [Fact]
    public void A_sidecar_is_no_table_and_is_not_truncated()
    {
        using (ShmTable table = _temp.Open())
            table.Add(1, [1]);
        byte[] before = File.ReadAllBytes(SidecarPath);
        var name = SharedMemoryName.File(SidecarPath);
        Assert.Throws<CorruptFileException>(() => ShmTable.Open(name));
        Assert.Throws<IOException>(() => SharedMemoryObject.Open(name, FileMode.Truncate));
        Assert.Throws<IOException>(() => SharedMemoryObject.Open(name, FileMode.Create));
        Assert.Equal(before, File.ReadAllBytes(SidecarPath));
    }

    [Fact]
    public void What_is_no_table_is_not_truncated()
    {
        File.WriteAllText(TablePath, "somebody's notes");
        IOException e = Assert.Throws<IOException>(() => SharedMemoryObject.Open(_temp.Name, FileMode.Create));
        Assert.Contains(TablePath, e.Message, StringComparison.Ordinal);
        Assert.Equal("somebody's notes", File.ReadAllText(TablePath));
        File.Delete(TablePath);
    }

    [Fact]
    public void A_table_that_was_copied_while_it_was_closed_can_be_put_back_over_one_with_an_active_journal()
    {
        Fill();
        byte[] backup = File.ReadAllBytes(TablePath);
        KillInTransaction();
        PutBack(backup);
        ShmTable table = _temp.Open();
        AssertFilled(table);
        Assert.True(table.LastRecovery is { IsJournalLost: true, Scanned: true, RecordsUndone: 0 }, $"{table.LastRecovery}");
    }

    [Fact]
    public void A_table_that_was_copied_while_it_was_in_use_meets_no_younger_journal_when_it_is_put_back()
    {
        Fill();
        byte[] backup;
        using (ShmTable inUse = _temp.Open())
        {
            inUse.Transact(() => inUse.Replace(1, [1]));
            backup = File.ReadAllBytes(TablePath);
            using ChildProcess killed = WorkerProcess.Start("transact-and-hold", _temp.Name.ToString());
            Assert.Equal("held", killed.ReadLine());
            killed.Kill();
            inUse.Count.ToString(null, null); // Recovers, and so ends this process's part in it.
        }

        KillInTransaction();
        PutBack(backup);
        ShmTable table = _temp.Open();
        AssertFilled(table);
        Assert.True(table.LastRecovery is { IsJournalLost: true, RecordsUndone: 0 }, $"{table.LastRecovery}");
    }

    [Theory]
    [InlineData("another boot id")]
    [InlineData("another device and inode")]
    [InlineData("nothing")]
    public void An_unfinished_transaction_is_taken_back_whatever_boot_and_device_say(string change)
    {
        Fill();
        KillInTransaction();
        if (change == "another boot id")
        {
            using FileStream sidecar = File.OpenWrite(SidecarPath);
            sidecar.Position = 32;
            sidecar.Write(Guid.NewGuid().ToByteArray());
        }
        else if (change == "another device and inode")
        {
            string elsewhere = Path.Combine(Path.GetTempPath(), Path.GetFileName(TablePath));
            foreach (string suffix in (string[])["", ".netshm"])
            {
                File.Move(TablePath + suffix, elsewhere + suffix); // To another file system, and back: copies.
                File.Move(elsewhere + suffix, TablePath + suffix);
            }
        }

        ShmTable table = _temp.Open();
        AssertFilled(table);
        Assert.True(table.LastRecovery is { IsJournalLost: false, RecordsUndone: > 0 }, $"{table.LastRecovery}");
        Assert.Equal(change == "another boot id", table.LastRecovery!.Scanned);
    }

    [Fact]
    public void A_sidecar_that_was_removed_after_a_kill_in_a_transaction_is_told()
    {
        Fill();
        KillInTransaction();
        File.Delete(SidecarPath);
        ShmTable table = _temp.Open();
        Assert.Equal(LockingMethod.Futex, table.Locking);
        Assert.True(table.LastRecovery is { IsJournalLost: true, Scanned: true }, $"{table.LastRecovery}");
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Fact]
    public void A_sidecar_that_was_removed_while_nobody_used_it_loses_nothing()
    {
        Fill();
        File.Delete(SidecarPath);
        ShmTable table = _temp.Open();
        Assert.Equal(LockingMethod.Futex, table.Locking);
        Assert.True(table.LastRecovery is { IsJournalLost: false, Scanned: true }, $"{table.LastRecovery}");
        AssertFilled(table);
    }

    [Fact]
    public void The_sidecar_of_a_table_that_was_removed_by_hand_makes_way_for_the_next_one()
    {
        Fill();
        File.Delete(TablePath);
        ShmTable table = _temp.Open();
        Assert.Equal((0, LockingMethod.Futex), (table.Count, table.Locking));
        Assert.Null(table.LastRecovery);
    }

    [Fact]
    public void The_sidecar_of_another_table_with_unfinished_work_is_kept_for_it()
    {
        Fill();
        KillInTransaction();
        string moved = TablePath + "-moved";
        File.Move(TablePath, moved);
        UntrustedFileException e = Assert.Throws<UntrustedFileException>(() => _temp.Open());
        Assert.Equal(SidecarPath, e.Path);
        File.Move(moved, TablePath, overwrite: true);
        AssertFilled(_temp.Open());
    }

    [Fact]
    public void A_table_that_is_created_anew_after_a_kill_in_a_transaction_is_empty_and_in_order()
    {
        Fill();
        KillInTransaction();
        using (ShmTable table = _temp.Open(new ShmTableOptions { Init = 100 }))
        {
            Assert.Equal(0, table.Count);
            Assert.Null(table.LastRecovery);
            table.Transact(() => table.Add(1, [1]));
        }

        Assert.Equal([1], _temp.Open().Find(1));
    }

    [Fact]
    public void A_table_and_its_sidecar_that_were_copied_together_are_two_tables()
    {
        Fill();
        var copy = SharedMemoryName.File(TablePath + "-copy");
        File.Copy(TablePath, copy.MemoryPath);
        File.Copy(SidecarPath, copy.SidecarPath);
        ShmTable table = _temp.Open();
        using (ShmTable other = ShmTable.Open(copy))
        {
            Assert.Null(other.LastRecovery);
            table.Group(() => other.Group(() => other.Replace(1, [-1])));
            Assert.Equal([-1], other.Find(1));
        }

        AssertFilled(table);
        SharedMemoryObject.Unlink(copy);
    }

    private void Fill()
    {
        using ShmTable table = _temp.Open(new ShmTableOptions { Init = 100 });
        for (int key = 0; key < Keys; key++)
            table.Add(key, [key]);
    }

    private static void AssertFilled(ShmTable table)
    {
        Assert.Equal(Keys, table.Count);
        Assert.All(Enumerable.Range(0, Keys), key => Assert.Equal([key], table.Find(key)));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    private void KillInTransaction()
    {
        using ChildProcess killed = WorkerProcess.Start("transact-and-hold", _temp.Name.ToString());
        Assert.Equal("held", killed.ReadLine());
        killed.Kill();
    }

    /// <summary>As cp and rsync --inplace do it: into the file that is there, whose inode stays.</summary>
    private void PutBack(byte[] backup)
    {
        using FileStream file = File.OpenWrite(TablePath);
        file.Write(backup);
        file.SetLength(backup.Length);
    }
}

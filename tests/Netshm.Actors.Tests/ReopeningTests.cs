using Akka.Actor;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>A table's life behind a reference that stays: open, failed or quarantined, and opened anew.</summary>
public sealed class ReopeningTests : TableSpec
{
    private const string ShortPauses = "reopen-min-backoff = 50ms, reopen-max-backoff = 200ms";

    public ReopeningTests()
        : base(ShortPauses)
    {
    }

    [Fact]
    public async Task A_mended_table_is_opened_again_behind_the_same_reference()
    {
        await Table.AddAsync(1, [1]);
        Sys.EventStream.Subscribe(TestActor, typeof(TableQuarantined));
        Sys.EventStream.Subscribe(TestActor, typeof(TableReopened));
        int page = PageOfOnlyBinding();
        SetFirstWord(page, 0x01020304);
        await Assert.ThrowsAsync<CorruptFileException>(() => Table.FindAsync(1));
        ExpectMsg<TableQuarantined>(Patience);
        Assert.Equal(TableState.Quarantined, Table.State);
        SetFirstWord(page, BindingMagic);
        TableReopened reopened = ExpectMsg<TableReopened>(Patience);
        Assert.Equal(("test", Temp.Name), (reopened.Table, reopened.Location));
        AssertWords(await Table.FindAsync(1), 1);
        AssertWords(Table.Find(1), 1);
        Assert.False(Table.IsClosed);
        Assert.Equal(TableState.Open, Table.State);
        Assert.Same(Table, Sys.Netshm().OpenTable("test"));
    }

    [Fact]
    public async Task A_table_that_stays_damaged_stays_quarantined()
    {
        await Table.AddAsync(1, [1]);
        SetFirstWord(PageOfOnlyBinding(), 0x01020304);
        await Assert.ThrowsAsync<CorruptFileException>(() => Table.FindAsync(1));
        await Assert.ThrowsAsync<CorruptFileException>(() => Table.ReopenAsync());
        Assert.True(Table.IsClosed);
        Assert.Throws<CorruptFileException>(() => Table.Find(1));
        Assert.Throws<CorruptFileException>(() => Sys.Netshm().OpenTable("test"));
        Temp.IsDamagedOnPurpose();
    }

    [Fact]
    public async Task Opening_a_mended_table_opens_it_anew_at_once()
    {
        using var temp = new TempTable();
        using ActorSystem other = StartWithLongPauses(temp);
        TableRef table = other.Netshm().OpenTable("test");
        await table.AddAsync(1, [1]);
        byte[] sound = await File.ReadAllBytesAsync(temp.Name.MemoryPath);
        Overwrite(temp.Name.MemoryPath, Damaged(sound));
        await Assert.ThrowsAsync<CorruptFileException>(() => table.FindAsync(1));
        Overwrite(temp.Name.MemoryPath, sound);
        Assert.Same(table, other.Netshm().OpenTable("test"));
        AssertWords(await table.FindAsync(1), 1);
        Overwrite(temp.Name.MemoryPath, Damaged(sound));
        await Assert.ThrowsAsync<CorruptFileException>(() => table.FindAsync(1));
        Overwrite(temp.Name.MemoryPath, sound);
        await table.ReopenAsync();
        AssertWords(table.Find(1), 1);
        await other.Terminate();
    }

    [Fact]
    public async Task A_passing_fault_is_no_damage_and_requests_wait_until_it_has_passed()
    {
        string directory = Directory.CreateTempSubdirectory("netshm-test").FullName;
        SharedMemoryName name = SharedMemoryName.File(Path.Combine(directory, "table"));
        using ActorSystem other = ActorSystem.Create("other", Configure(name, ShortPauses));
        other.EventStream.Subscribe(TestActor, typeof(TableQuarantined));
        TableRef table = other.Netshm().OpenTable("test");
        await table.AddAsync(1, [1]);
        Directory.Move(directory, directory + "-gone");
        other.Netshm().HostOf(table.Actor).Batches.Dispose();
        await Assert.ThrowsAsync<RequestTimeoutException>(
            () => table.AddAsync(2, [2], TimeSpan.FromMilliseconds(500)));
        Assert.Equal(TableState.Reopening, table.State);
        Task waiting = table.AddAsync(3, [3]);
        Task<int[]> read = Task.Run(() => table.Find(1));
        Directory.Move(directory + "-gone", directory);
        await waiting.WaitAsync(Patience);
        AssertWords(await read.WaitAsync(Patience), 1);
        Assert.False(table.Contains(2));
        Assert.True(table.Contains(3));
        ExpectNoMsg(TimeSpan.Zero);
        await other.Terminate();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_direct_read_of_a_table_that_can_not_be_opened_says_why_after_the_lock_timeout()
    {
        string directory = Directory.CreateTempSubdirectory("netshm-test").FullName;
        SharedMemoryName name = SharedMemoryName.File(Path.Combine(directory, "table"));
        using ActorSystem other = ActorSystem.Create("other", Configure(name, ShortPauses + ", lock-timeout = 100ms"));
        TableRef table = other.Netshm().OpenTable("test");
        await table.AddAsync(1, [1]);
        Directory.Move(directory, directory + "-gone");
        other.Netshm().HostOf(table.Actor).Batches.Dispose();
        Task<int[]> request = table.FindAsync(1);
        Assert.True(SpinWait.SpinUntil(() => table.State == TableState.Reopening, Patience));
        var e = Assert.Throws<TableUnavailableException>(() => table.Find(1));
        Assert.IsAssignableFrom<IOException>(e.InnerException);
        Directory.Move(directory + "-gone", directory);
        AssertWords(await request, 1);
        await other.Terminate();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task A_table_that_fails_time_and_again_is_never_given_up()
    {
        const int Failures = 25;
        await Table.AddAsync(1, [1]);
        for (int i = 0; i < Failures; i++)
        {
            Batches.Dispose();
            await Table.ReplaceAsync(1, [i]).WaitAsync(Patience);
        }

        AssertWords(Table.Find(1), Failures - 1);
    }

    [Fact]
    public async Task A_stop_while_the_table_is_quarantined_lets_it_be_opened_again()
    {
        await Table.AddAsync(1, [1]);
        int page = PageOfOnlyBinding();
        SetFirstWord(page, 0x01020304);
        await Assert.ThrowsAsync<CorruptFileException>(() => Table.FindAsync(1));
        Watch(Table.Actor);
        Table.Actor.Tell(PoisonPill.Instance);
        ExpectTerminated(Table.Actor, Patience);
        SetFirstWord(page, BindingMagic);
        TableRef again = Sys.Netshm().OpenTable("test");
        AssertWords(await again.FindAsync(1), 1);
        await Assert.ThrowsAsync<TableClosedException>(() => Table.ReopenAsync());
    }

    [Fact]
    public async Task Another_system_of_the_process_goes_on_with_its_own_handle()
    {
        using ActorSystem other = ActorSystem.Create("other", Configure(Temp.Name, ShortPauses));
        TableRef there = other.Netshm().OpenTable("test");
        await there.AddAsync(1, [1]);
        Batches.Dispose(); // That of both.
        await Table.AddAsync(2, [2]).WaitAsync(Patience);
        await there.AddAsync(3, [3]).WaitAsync(Patience);
        Assert.Equal(3, Table.Count);
        await other.Terminate();
        Assert.Equal(3, await Table.CountAsync());
    }

    private static ActorSystem StartWithLongPauses(TempTable temp) => ActorSystem.Create(
        "other", Configure(temp.Name, "reopen-min-backoff = 1h, reopen-max-backoff = 1h"));

    private static byte[] Damaged(byte[] sound)
    {
        byte[] damaged = [.. sound];
        for (int i = 0; i < damaged.Length; i += 64)
        {
            if (BitConverter.ToInt32(damaged, i) == BindingMagic)
                damaged[i] ^= 0xff;
        }

        return damaged;
    }

    private static void Overwrite(string path, byte[] contents)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Write(contents);
    }

    private void SetFirstWord(int page, int word)
    {
        using FileStream file = File.Open(
            Temp.Name.MemoryPath, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = (long)page * 256;
        file.Write(BitConverter.GetBytes(word));
    }
}

using Netshm.TestKit;

namespace Netshm.Tests.SharedMemory;

/// <summary>Opening, creating, removing and guarding objects.</summary>
public class SharedMemoryObjectTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public void Both_types_are_supported() =>
        Assert.Equal([SharedMemoryType.Posix, SharedMemoryType.File], SharedMemoryObject.SupportedTypes);

    [Theory]
    [InlineData(SharedMemoryType.File)]
    [InlineData(SharedMemoryType.Posix)]
    public void A_missing_object_is_created_only_when_asked(SharedMemoryType type)
    {
        SharedMemoryName name = TempTable.FreshName(type);
        Assert.Throws<FileNotFoundException>(() => SharedMemoryObject.Open(name, FileMode.Open));
        Assert.Throws<FileNotFoundException>(() => SharedMemoryObject.Open(name, FileMode.Truncate));
        using (SharedMemoryObject created = SharedMemoryObject.Open(name))
            Assert.Equal((name, 0), (created.Name, created.Length));
        IOException e = Assert.Throws<IOException>(() => SharedMemoryObject.Open(name, FileMode.CreateNew));
        Assert.Contains(name.LockPath, e.Message, StringComparison.Ordinal);
        SharedMemoryObject.Unlink(name);
        Assert.Throws<FileNotFoundException>(() => SharedMemoryObject.Unlink(name));
    }

    [Fact]
    public void A_companion_tells_its_object_as_the_original_s_does()
    {
        SharedMemoryName name = TempTable.FreshName(SharedMemoryType.Posix);
        using (SharedMemoryObject.Open(name))
        using (SharedMemoryObject.Open(name))
        {
            Assert.Equal(
                $"R POSIX_SHM \"/{Path.GetFileName(name.MemoryPath)}\"\n", File.ReadAllText(name.LockPath));
        }

        SharedMemoryObject.Unlink(name);
    }

    [Theory]
    [InlineData(SharedMemoryType.File)]
    [InlineData(SharedMemoryType.Posix)]
    public void A_unique_name_replaces_each_X_of_the_last_component_only(SharedMemoryType type)
    {
        string directory = $"{TempTable.Directory}/netshm-XX-{Guid.NewGuid():N}";
        Directory.CreateDirectory(directory);
        string @object = $"/netshm-test-{Guid.NewGuid():N}-XXXX";
        SharedMemoryName pattern = type == SharedMemoryType.File
            ? SharedMemoryName.File($"{directory}/table.XXXXXX")
            : SharedMemoryName.Posix($"{directory}/table.XXXXXX", @object);
        for (int i = 0; i < 3; i++)
        {
            using SharedMemoryObject unique = SharedMemoryObject.CreateUnique(pattern);
            Assert.Matches($"^{directory}/table.[0-9A-Z]{{6}}$", unique.Name.LockPath);
            if (type == SharedMemoryType.Posix)
                Assert.Matches($"^/dev/shm{@object[..^4]}[0-9A-Z]{{4}}$", unique.Name.MemoryPath);
            SharedMemoryObject.Unlink(unique.Name);
        }

        Directory.Delete(directory);
    }

    [Fact]
    public void A_unique_name_without_an_X_that_is_taken_is_an_error()
    {
        SharedMemoryName name = TempTable.FreshName();
        using SharedMemoryObject first = SharedMemoryObject.CreateUnique(name);
        Assert.Throws<IOException>(() => SharedMemoryObject.CreateUnique(name));
        SharedMemoryObject.Unlink(name);
    }

    [Fact]
    public void A_new_object_has_exactly_the_permissions_asked_for()
    {
        SharedMemoryName name = TempTable.FreshName(SharedMemoryType.Posix);
        const UnixFileMode everybody = (UnixFileMode)0x1B6; // rw-rw-rw-, of which a usual umask takes bits away.
        using (SharedMemoryObject memory = SharedMemoryObject.Open(name, permissions: everybody))
        {
            Assert.Equal(everybody, File.GetUnixFileMode(name.LockPath));
            Assert.Equal(everybody, File.GetUnixFileMode(name.MemoryPath));
            memory.SetPermissions(OwnerOnly);
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(name.LockPath));
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(name.MemoryPath));
            memory.SetOwner(-1, -1);
        }

        SharedMemoryObject.Unlink(name);
        using (SharedMemoryObject.Open(name))
            Assert.Equal(OwnerOnly, File.GetUnixFileMode(name.MemoryPath));
        SharedMemoryObject.Unlink(name);
    }

    [Fact]
    public void Truncating_empties_an_object_and_never_one_that_is_in_use()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => SharedMemoryObject.Open(temp.Name, FileMode.Create));
        Assert.Contains("in use", e.Message, StringComparison.Ordinal);
        Assert.Equal([1], table.Find(1));
        table.Dispose();
        using (SharedMemoryObject emptied = SharedMemoryObject.Open(temp.Name, FileMode.Truncate))
            Assert.Equal(0, emptied.Length);
        Assert.False(temp.Open().Contains(1));
    }

    [Fact]
    public void A_table_in_use_by_another_process_is_not_truncated()
    {
        using var temp = new TempTable();
        temp.Open().Dispose();
        using ChildProcess worker = WorkerProcess.Start("increment", temp.Name.ToString(), "Futex", "1", "1");
        Assert.Equal("ready", worker.ReadLine());
        Assert.Throws<InvalidTableOperationException>(() => SharedMemoryObject.Open(temp.Name, FileMode.Truncate));
        worker.WriteLine("go");
        worker.Finish();
        Assert.Equal([1], temp.Open().Find(0));
    }

    [Fact]
    public void A_closed_object_refuses_and_its_table_goes_on()
    {
        using var temp = new TempTable();
        SharedMemoryObject memory = SharedMemoryObject.Open(temp.Name);
        using ShmTable table = ShmTable.Manage(memory);
        memory.Close();
        memory.Close();
        Assert.Throws<ObjectDisposedException>(() => memory.Length);
        Assert.Throws<ObjectDisposedException>(() => ShmTable.Manage(memory));
        table.Add(1, [1]);
        Assert.Equal([1], table.Find(1));
    }

    [Fact]
    public void Closing_one_of_two_objects_on_a_file_keeps_the_other_s_locks()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        using ChildProcess worker = WorkerProcess.Start("increment", temp.Name.ToString(), "Record", "1", "1");
        Assert.Equal("ready", worker.ReadLine());
        table.Group(() =>
        {
            SharedMemoryObject.Open(temp.Name).Dispose();
            SharedMemoryObject.Open(temp.Name, FileMode.Open, FileAccess.Read).Dispose();
            worker.WriteLine("go");
            table.Replace(0, [100]);

            // The worker can't have come in, however long it had: its increment would find the 100 only.
            Assert.Equal([100], table.Find(0));
        });
        worker.Finish();
        Assert.Equal([101], table.Find(0));
    }

    [Fact]
    public void One_companion_can_not_carry_the_locks_of_two_tables()
    {
        SharedMemoryName first = TempTable.FreshName(SharedMemoryType.Posix);
        SharedMemoryName second = SharedMemoryName.Posix(first.LockPath, $"/netshm-test-{Guid.NewGuid():N}");
        using (ShmTable table = ShmTable.Open(first))
            Assert.Throws<InvalidTableOperationException>(() => ShmTable.Open(second));
        SharedMemoryObject.Unlink(first);
        File.Delete(second.MemoryPath);
    }
}

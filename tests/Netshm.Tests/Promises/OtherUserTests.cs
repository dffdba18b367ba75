using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>Promise 12 among users: what others own can be used where they allow it, and can't be foisted on anybody.</summary>
public class OtherUserTests(ITestOutputHelper output)
{
    private const int Owner = 431_001, Colleague = 431_002, Stranger = 431_003, Group = 431_009;
    private const UnixFileMode Everybody = (UnixFileMode)0x1B6, OwnerAndGroup = (UnixFileMode)0x1B0;

    [RootFact]
    public void A_table_of_another_user_in_a_directory_for_all_can_be_opened_and_modified()
    {
        // The kernel refuses O_CREAT there from 1 on, and .NET's own file classes would use it.
        output.WriteLine($"fs.protected_regular is {File.ReadAllText("/proc/sys/fs/protected_regular").Trim()}");
        using var directory = new StickyDirectory();
        SharedMemoryName name = directory.CreateTable(Owner, Owner, Everybody);
        foreach (string mode in (string[])["Open", "OpenOrCreate"])
            Assert.Equal("done", Attempt(Stranger, "Futex", $"{name} {mode} ReadWrite"));
        using ShmTable table = ShmTable.Open(name);
        Assert.Equal(3, table.Count);
    }

    [RootFact]
    public void A_table_that_is_its_owner_s_alone_is_closed_to_others()
    {
        using var directory = new StickyDirectory();
        SharedMemoryName name = directory.CreateTable(
            Owner, Owner, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Equal("done", Attempt(Owner, "Futex", $"{name} Open ReadWrite"));
        string answer = Attempt(Stranger, "Futex", $"{name} Open Read");
        Assert.StartsWith("UnauthorizedAccessException", answer, StringComparison.Ordinal);
    }

    [RootTheory]
    [InlineData("sidecar")]
    [InlineData("companion")]
    public void What_a_stranger_put_beside_a_table_is_refused_by_everybody(string place)
    {
        using var directory = new StickyDirectory();
        SharedMemoryName name = directory.CreateTable(Owner, Owner, (UnixFileMode)0x1A4, SharedMemoryType.Posix);
        string path = place == "sidecar" ? name.MemoryPath + ".netshm" : name.LockPath;
        File.SetUnixFileMode(path, Everybody);
        StickyDirectory.ChangeOwner(path, Stranger, Stranger);
        foreach (int user in (int[])[Owner, 0])
        {
            string answer = Attempt(user, "Futex", $"{name} Open ReadWrite");
            Assert.StartsWith("UntrustedFileException", answer, StringComparison.Ordinal);
            Assert.Contains($"belongs to user {Stranger}", answer, StringComparison.Ordinal);
        }

        StickyDirectory.ChangeOwner(path, 0, 0);
        Assert.Equal("done", Attempt(Owner, "Futex", $"{name} Open ReadWrite"));
    }

    [RootFact]
    public void A_sidecar_that_one_of_a_group_makes_serves_the_others_of_the_group()
    {
        using var directory = new StickyDirectory();
        SharedMemoryName name = directory.CreateTable(Owner, Group, OwnerAndGroup);
        string sidecar = name.MemoryPath + ".netshm";
        File.Delete(sidecar);
        Assert.Equal("done", Attempt(Colleague, "Futex", $"{name} Open ReadWrite", Group));
        Assert.Equal(
            (Colleague, Group, OwnerAndGroup), (StickyDirectory.UserOf(sidecar), StickyDirectory.GroupOf(sidecar),
            File.GetUnixFileMode(sidecar)));
        Assert.Equal("done", Attempt(Owner, "Futex", $"{name} Open ReadWrite", Group));
        Assert.Equal("done", Attempt(Stranger, "Futex", $"{name} Open ReadWrite", Group));
        Assert.StartsWith(
            "UnauthorizedAccessException", Attempt(Stranger, "Futex", $"{name} Open ReadWrite"), StringComparison.Ordinal);
    }

    [RootFact]
    public void A_sidecar_that_root_makes_is_its_table_s_owner_s()
    {
        using var directory = new StickyDirectory();
        SharedMemoryName name = directory.CreateTable(Owner, Group, OwnerAndGroup);
        string sidecar = name.MemoryPath + ".netshm";
        File.Delete(sidecar);
        ShmTable.Open(name, new ShmTableOptions { Locking = LockingMethod.Futex }).Dispose();
        Assert.Equal((Owner, Group), (StickyDirectory.UserOf(sidecar), StickyDirectory.GroupOf(sidecar)));
    }

    [RootFact]
    public void The_directory_of_local_names_is_closed_to_others_and_another_user_s_is_refused()
    {
        const UnixFileMode all = (UnixFileMode)0x1FF, mine = (UnixFileMode)0x1C0;
        string path = string.Create(CultureInfo.InvariantCulture, $"/dev/shm/netshm-{Owner}");
        try
        {
            Assert.Equal("done", Attempt(Owner, "Futex", "local:table OpenOrCreate ReadWrite"));
            Assert.Equal(mine, File.GetUnixFileMode(path));
            foreach (string mode in (string[])["OpenOrCreate", "Open"])
            {
                File.SetUnixFileMode(path, all);
                Assert.StartsWith("UnauthorizedAccessException",
                    Attempt(Owner, "Futex", $"local:table {mode} ReadWrite"), StringComparison.Ordinal);
                File.SetUnixFileMode(path, mine);
                StickyDirectory.ChangeOwner(path, Stranger, Stranger);
                Assert.Contains($"found owner {Stranger}",
                    Attempt(Owner, "Futex", $"local:table {mode} ReadWrite"), StringComparison.Ordinal);
                StickyDirectory.ChangeOwner(path, Owner, Owner);
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static string Attempt(int user, string locking, string line, int? group = null)
    {
        using ChildProcess worker = WorkerProcess.StartAs(user, group ?? user, "attempt", locking);
        Assert.Equal("ready", worker.ReadLine());
        string answer = worker.Ask(line);
        worker.Finish();
        return answer;
    }
}

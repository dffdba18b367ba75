using Netshm.TestKit;

namespace Netshm.Tests.Promises;

/// <summary>Locking methods, and Ocamlnet, one after the other on a table, and never two of them at a time.</summary>
public class MixedMethodTests
{
    [Theory]
    [InlineData(LockingMethod.Futex, LockingMethod.Record)]
    [InlineData(LockingMethod.Record, LockingMethod.Futex)]
    [InlineData(LockingMethod.Futex, LockingMethod.None)]
    public void A_table_in_use_with_one_method_is_refused_with_another_one(LockingMethod used, LockingMethod wanted)
    {
        using var temp = new TempTable();
        temp.Open(new ShmTableOptions { Locking = used }).Dispose();
        using ChildProcess user = WorkerProcess.Start("increment", temp.Name.ToString(), $"{used}", "1", "1");
        Assert.Equal("ready", user.ReadLine());
        InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(
            () => temp.Open(new ShmTableOptions { Locking = wanted }));
        Assert.Contains($"{used}", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{wanted}", e.Message, StringComparison.Ordinal);
        user.WriteLine("go");
        user.Finish();
        Assert.Equal([1], temp.Open().Find(0));
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.None)]
    public void A_table_whose_futex_users_were_killed_at_work_is_brought_in_order_by_its_conversion(LockingMethod next)
    {
        using var temp = new TempTable();
        using (ShmTable table = temp.Open())
            Fill(table);
        KillWriters(temp.Name);
        ShmTable.Convert(temp.Name, LockingMethod.Record);
        using ShmTable after = ShmTable.Open(temp.Name, new ShmTableOptions { Locking = next });
        AssertFilled(after);
        Assert.True(after.Check().IsConsistent, after.Check().ToString());
        after.Add(1, [2]);
        Assert.True(after.Remove(1));
    }

    [OcamlFact]
    public void Ocamlnet_opens_a_table_after_its_conversion_and_not_before()
    {
        using var temp = new TempTable();
        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        string open = $"open {temp.Name} 256 - record";
        using (ShmTable table = temp.Open())
        {
            Fill(table);
            Assert.StartsWith("!", ocaml.Ask(open), StringComparison.Ordinal);
        }

        // Nobody could see an idle OCaml process: so the mark stays when the last user leaves, or dies.
        Assert.StartsWith("!", ocaml.Ask(open), StringComparison.Ordinal);
        KillWriters(temp.Name);
        Assert.StartsWith("!", ocaml.Ask(open), StringComparison.Ordinal);
        ShmTable.Convert(temp.Name, LockingMethod.Record);
        Assert.DoesNotContain("!", ocaml.Ask(open), StringComparison.Ordinal);
        Assert.Equal("7", ocaml.Ask("find 7"));
        Assert.DoesNotContain("!", ocaml.Ask("close"), StringComparison.Ordinal);
    }

    private static void Fill(ShmTable table)
    {
        for (int key = 0; key < 100; key++)
            table.Add(key, [key]);
    }

    private static void AssertFilled(ShmTable table)
    {
        Assert.Equal(100, table.Count);
        for (int key = 0; key < 100; key++)
            Assert.Equal([key], table.Find(key));
    }

    /// <summary>Kills two processes that use a table, one of them in the middle of a group.</summary>
    private static void KillWriters(SharedMemoryName name)
    {
        using ChildProcess other = WorkerProcess.Start("write-and-hold", name.ToString(), "Futex");
        using ChildProcess holder = WorkerProcess.Start("write-and-hold", name.ToString(), "Futex");
        Assert.Equal("ready", other.ReadLine());
        Assert.Equal("ready", holder.ReadLine());
        Assert.Equal("held", holder.Ask("hold"));
        other.Kill();
        holder.Kill();
    }
}

using Netshm.TestKit;

namespace Netshm.Tests.Promises;

/// <summary>What anybody uses is neither created anew nor truncated, by whatever way.</summary>
public class RecreationTests
{
    private static readonly Dictionary<string, Action<SharedMemoryName, LockingMethod>> s_ways = new()
    {
        ["Open"] = (name, locking) =>
            ShmTable.Open(name, new ShmTableOptions { Init = 10, Locking = locking }).Dispose(),
        ["Open with another page size"] = (name, locking) =>
            ShmTable.Open(name, new ShmTableOptions { Init = 10, Locking = locking, PageSize = 512 }).Dispose(),
        ["Manage"] = (name, locking) =>
        {
            using SharedMemoryObject memory = SharedMemoryObject.Open(name);
            ShmTable.Manage(memory, new ShmTableOptions { Init = 10, Locking = locking }).Dispose();
        },
        ["a typed table"] = (name, locking) =>
        {
            var options = new ShmTableOptions { Init = 10, Locking = locking };
            ShmHashtable<int, int>.Open(DataManagers.Int32, DataManagers.Int32, name, options).Dispose();
        },
        ["an array"] = (name, locking) =>
        {
            var options = new ShmTableOptions { Locking = locking };
            ShmArray<int>.Open(0, DataManagers.Int32, name, options, init: 3).Dispose();
        },
        ["Create"] = (name, _) => SharedMemoryObject.Open(name, FileMode.Create).Dispose(),
        ["Truncate"] = (name, _) => SharedMemoryObject.Open(name, FileMode.Truncate).Dispose(),
    };

    public static TheoryData<string, LockingMethod> Ways()
    {
        var data = new TheoryData<string, LockingMethod>();
        foreach (string way in s_ways.Keys)
        {
            foreach (LockingMethod locking in (LockingMethod[])[LockingMethod.None, LockingMethod.Record, LockingMethod.Futex])
                data.Add(way, locking);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_table_that_another_process_uses_is_refused_and_its_user_is_named(string way, LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using (ShmTable table = temp.Open())
            table.Add(0, [41]);
        using ChildProcess user = WorkerProcess.Start("increment", temp.Name.ToString(), $"{locking}", "1", "1");
        Assert.Equal("ready", user.ReadLine());
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => s_ways[way](temp.Name, locking));
        Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains($"with locking {locking}", e.Message, StringComparison.Ordinal);
        Assert.Contains("close it", e.Message, StringComparison.Ordinal);
        user.WriteLine("go");
        user.Finish();
        Assert.Equal([42], temp.Open().Find(0));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_table_that_this_process_uses_is_refused(string way, LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        table.Add(0, [1]);
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => s_ways[way](temp.Name, locking));
        Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Contains("this process", e.Message, StringComparison.Ordinal);
        Assert.Equal([1], table.Find(0));
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_user_without_locking_counts_as_well_for_one_who_locks(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.None });
        using (ShmTable table = temp.Open())
            table.Add(0, [41]);
        using ChildProcess user = WorkerProcess.Start("increment", temp.Name.ToString(), "None", "1", "1");
        Assert.Equal("ready", user.ReadLine());
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => s_ways["Open"](temp.Name, locking));
        Assert.Contains("with locking None", e.Message, StringComparison.Ordinal);
        user.WriteLine("go");
        user.Finish();
        Assert.Equal([42], temp.Open().Find(0));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void A_table_that_nobody_uses_is_created_anew(string way, LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using (ShmTable table = temp.Open())
            table.Add(0, [1]);
        s_ways[way](temp.Name, locking);
        using ShmTable anew = temp.Open();
        Assert.False(anew.Contains(0));
        Assert.True(anew.Check().IsConsistent);
    }

    [OcamlTheory]
    [MemberData(nameof(Ways))]
    public void A_table_that_an_Ocamlnet_process_is_reading_is_refused(string way, LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using (ShmTable table = temp.Open())
            table.Add(0, [1]);
        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        Assert.Equal("ok", ocaml.Ask($"open {temp.Name} 256 - record"));
        Assert.Equal("reading", ocaml.Ask("hold_reader 0"));
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => s_ways[way](temp.Name, locking));
        Assert.Contains($"process {ocaml.Id}", e.Message, StringComparison.Ordinal);
        Assert.Equal("read", ocaml.Ask("release"));
        Assert.Equal("ok", ocaml.Ask("close"));
        Assert.Equal([1], temp.Open().Find(0));
    }

    [Theory]
    [InlineData("abc")]
    [InlineData("This is some text, and surely long enough to be taken for a table by somebody who does not look.")]
    public void What_is_no_table_is_not_created_anew_and_it_is_said_how_to_go_on(string text)
    {
        using var temp = new TempTable();
        temp.IsDamagedOnPurpose();
        File.WriteAllText(temp.Name.LockPath, text);
        CorruptFileException e = Assert.Throws<CorruptFileException>(() => s_ways["Open"](temp.Name, LockingMethod.Auto));
        Assert.Contains("not a table", e.Message, StringComparison.Ordinal);
        Assert.Contains("Init replaces tables only", e.Message, StringComparison.Ordinal);
        Assert.Contains("SharedMemoryObject.Unlink", e.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(temp.Name.LockPath));
    }

    [Fact]
    public void A_table_whose_descriptor_is_damaged_is_not_created_anew_and_it_is_said_how_to_go_on()
    {
        using var temp = new TempTable();
        temp.IsDamagedOnPurpose();
        using (ShmTable table = temp.Open())
            table.Memory[1, 0] = 0;
        byte[] before = File.ReadAllBytes(temp.Name.MemoryPath);
        CorruptFileException e = Assert.Throws<CorruptFileException>(() => s_ways["Open"](temp.Name, LockingMethod.Auto));
        Assert.Equal(1, e.Page);
        Assert.Contains("Init replaces tables only", e.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(temp.Name.MemoryPath));
    }

    [Fact]
    public void A_table_whose_bindings_are_damaged_is_created_anew()
    {
        using var temp = new TempTable();
        using (ShmTable table = temp.Open())
        {
            table.Add(0, [1]);
            table.Memory[table.Memory[1, 1] - 1, 0] = 0;
            Assert.False(table.Check().IsConsistent);
        }

        s_ways["Open"](temp.Name, LockingMethod.Auto);
        Assert.True(temp.Open().Check().IsConsistent);
    }
}

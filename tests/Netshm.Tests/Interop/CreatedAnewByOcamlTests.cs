using Netshm.TestKit;

namespace Netshm.Tests.Interop;

/// <summary>An Ocamlnet process and processes of this library never write one table without excluding each other.</summary>
public sealed class CreatedAnewByOcamlTests : IDisposable
{
    private const int PageSize = ShmTableOptions.DefaultPageSize;

    private readonly TempTable _temp = new();

    public void Dispose() => _temp.Dispose();

    [OcamlFact]
    public void The_original_refuses_a_table_that_was_created_with_the_defaults_and_closed()
    {
        using (ShmTable table = _temp.Open())
            table.Add(1, [1]);
        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        Assert.StartsWith("!", ocaml.Ask(Open(init: "-")), StringComparison.Ordinal);
        Assert.Equal([1], _temp.Open().Find(1));
    }

    [OcamlFact]
    public void A_table_that_the_original_made_is_used_under_its_locks_also_beside_an_old_sidecar()
    {
        _temp.Open().Dispose();
        byte[] sidecar = File.ReadAllBytes(_temp.Name.SidecarPath);
        File.Delete(_temp.Name.MemoryPath);
        File.WriteAllBytes(_temp.Name.SidecarPath, sidecar);
        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        Assert.Equal("ok", ocaml.Ask(Open(init: "100")));
        Assert.Equal("ok", ocaml.Ask("add 1 5"));
        ShmTable table = _temp.Open();
        Assert.Equal(LockingMethod.Record, table.Locking);
        table.Replace(1, [6]);
        Assert.Equal("6", ocaml.Ask("find 1"));
        Assert.Equal("ok", ocaml.Ask("close"));
    }

    [OcamlTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void When_the_original_creates_an_idle_table_anew_it_is_the_originals_and_no_journal_is_applied(bool wasKilled)
    {
        using (ShmTable table = _temp.Open())
        {
            for (int key = 0; key < 10; key++)
                table.Add(key, [key]);
        }

        if (wasKilled)
        {
            using ChildProcess killed = WorkerProcess.Start("transact-and-hold", _temp.Name.ToString());
            Assert.Equal("held", killed.ReadLine());
            killed.Kill();
        }

        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        Assert.Equal("ok", ocaml.Ask(Open(init: "100")));
        Assert.Equal("ok", ocaml.Ask("add 1 7"));
        ShmTable after = _temp.Open();
        Assert.Equal(LockingMethod.Record, after.Locking);
        Assert.Equal([7], after.Find(1));
        after.Add(2, [8]);
        Assert.Equal("8", ocaml.Ask("find 2"));
        Assert.False(File.Exists(_temp.Name.SidecarPath));
        Assert.Equal("ok", ocaml.Ask("close"));
        after.Dispose();
        ShmTable.Convert(_temp.Name, LockingMethod.Futex);
        Assert.Equal([8], _temp.Open().Find(2));
    }

    [OcamlFact]
    public void When_the_original_creates_a_table_anew_that_is_in_use_its_users_are_told_and_store_nothing()
    {
        ShmTable table = _temp.Open();
        table.Add(1, [1]);
        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        Assert.Equal("ok", ocaml.Ask(Open(init: "100")));
        Assert.Equal("ok", ocaml.Ask("add 1 7"));
        byte[] before = File.ReadAllBytes(_temp.Name.MemoryPath);
        Action[] uses =
        [
            () => table.Add(2, [2]),
            () => table.Replace(1, [2]),
            () => table.Remove(1),
            () => table.Transact(() => table.Add(3, [3])),
            () => table.Iterate(static (_, _) => { }),
            () => table.Find(99),
        ];
        Assert.All(uses, use => Assert.Contains(
            "created the table anew",
            Assert.Throws<InvalidTableOperationException>(use).Message,
            StringComparison.Ordinal));
        Assert.Equal(before, File.ReadAllBytes(_temp.Name.MemoryPath));
        table.Dispose();
        Assert.Equal("7", ocaml.Ask("find 1"));
        Assert.Equal("ok", ocaml.Ask("close"));
        ocaml.Finish();
        Assert.Equal([7], _temp.Open().Find(1));
    }

    private string Open(string init) => $"open {_temp.Name} {PageSize} {init} record";
}

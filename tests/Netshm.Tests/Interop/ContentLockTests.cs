using Netshm.TestKit;

namespace Netshm.Tests.Interop;

/// <summary>A real Ocamlnet process that is inside one key's binding holds up who wants that one, and nobody else.</summary>
public class ContentLockTests
{
    private const int ReadKey = 1, LeakedKey = 2, FirstFree = 10, Keys = 40;

    private static readonly ShmTableOptions s_record = new() { Locking = LockingMethod.Record };

    /// <summary>Long enough for anything that need not wait; those that would wait for ever fail by it.</summary>
    private static readonly ShmTableOptions s_patient = s_record with { LockTimeout = TimeSpan.FromSeconds(10) };

    private static readonly ShmTableOptions s_hasty = s_record with { LockTimeout = TimeSpan.FromMilliseconds(100) };

    [OcamlFact]
    public void Modifications_of_other_keys_pass_a_reader()
    {
        using TempTable temp = Filled();
        using ChildProcess ocaml = Opened(temp);
        Assert.Equal("reading", ocaml.Ask($"hold_reader {ReadKey}"));
        ModifyOthers(temp.Open(s_patient));
        AssertKeptUp(temp, ReadKey);
        Assert.Equal("read", ocaml.Ask("release"));
        Assert.Equal("ok", ocaml.Ask("close"));
        Assert.True(temp.Open().Remove(ReadKey));
    }

    [OcamlFact]
    public void Modifications_of_other_keys_pass_a_lock_that_was_leaked()
    {
        using TempTable temp = Filled();
        using ChildProcess ocaml = Opened(temp);

        // The original leaks the write lock of the binding before the one that is removed.
        Assert.Equal("true", ocaml.Ask($"write_remove {LeakedKey} 1"));
        Assert.NotEmpty(KernelLocks.On(temp.Name));
        ModifyOthers(temp.Open(s_patient));
        AssertKeptUp(temp, LeakedKey);
        Assert.Equal("ok", ocaml.Ask("close"));
        ocaml.Finish();
        Assert.True(temp.Open().Remove(LeakedKey));
        Assert.Empty(KernelLocks.On(temp.Name));
    }

    [OcamlFact]
    public void A_group_that_modifies_more_keys_than_it_locks_one_by_one_still_modifies_them_all_and_lets_go()
    {
        const int Many = RecordLock.MaxContentLocks + 10;
        using TempTable temp = Filled(Many + FirstFree);
        using ChildProcess ocaml = Opened(temp);
        Assert.Equal("reading", ocaml.Ask($"hold_reader {ReadKey}"));
        ShmTable table = temp.Open(s_hasty);
        Assert.Throws<LockTimeoutException>(() => table.Group(() =>
        {
            for (int key = FirstFree; key < FirstFree + Many; key++)
                table.Replace(key, [-key]);
        }));
        Assert.All(KernelLocks.On(temp.Name), held => Assert.Equal("READ", held.Type));
        Assert.Equal("read", ocaml.Ask("release"));
        table.Group(() =>
        {
            for (int key = FirstFree; key < FirstFree + Many; key++)
                table.Replace(key, [-key]);
        });
        Assert.Equal([-FirstFree - Many + 1], table.Find(FirstFree + Many - 1));
        Assert.Equal("ok", ocaml.Ask("close"));
        Assert.Empty(KernelLocks.On(temp.Name));
    }

    [OcamlFact]
    public void Blocks_whose_lock_can_t_be_had_are_not_edited_at_all()
    {
        using TempTable temp = Filled();
        using ChildProcess ocaml = Opened(temp);
        Assert.Equal("true", ocaml.Ask($"write_remove {LeakedKey} 1"));
        ShmTable table = temp.Open(s_hasty);
        table.Add(LeakedKey, [7]); // A newer binding, whose lock is free.
        int calls = 0;
        Assert.Throws<LockTimeoutException>(() => table.WriteBlocks(LeakedKey, WriteOperations.None, (_, _) =>
        {
            calls++;
            return BlockDecision.Continue;
        }));
        Assert.Equal(0, calls);
        Assert.Equal("ok", ocaml.Ask("close"));
    }

    private static void ModifyOthers(ShmTable table)
    {
        table.WriteBlocks(FirstFree, WriteOperations.RemoveBinding, (_, isEnd) =>
            isEnd ? BlockDecision.Remove(BlockControl.Continue) : BlockDecision.Continue);
        Assert.False(table.Contains(FirstFree));

        var typed = new ShmHashtable<int, int[]>(DataManagers.Int32, DataManagers.Int32Array, table);
        typed.Add(100, [1]);
        Assert.True(typed.Remove(100));

        table.Group(() =>
        {
            table.Replace(FirstFree + 1, [-1]);
            table.Replace(FirstFree + 2, [-2]);
            Assert.True(table.Remove(FirstFree + 3));
        });
        Assert.Equal([-2], table.Find(FirstFree + 2));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    private static void AssertKeptUp(TempTable temp, int key)
    {
        using ShmTable table = temp.Open(s_hasty);
        Assert.Throws<LockTimeoutException>(() => table.Remove(key));
        Assert.Throws<LockTimeoutException>(() => table.Replace(key, [0]));
        Assert.True(table.Contains(key));
    }

    private static TempTable Filled(int keys = Keys)
    {
        var temp = new TempTable(options: s_record);
        using ShmTable table = temp.Open();
        for (int key = 0; key < keys; key++)
            table.Add(key, [key]);
        table.Add(LeakedKey, [LeakedKey]);
        return temp;
    }

    private static ChildProcess Opened(TempTable temp)
    {
        ChildProcess ocaml = OcamlProgram.Start("oracle");
        Assert.Equal("ok", ocaml.Ask($"open {temp.Name} 256 - record"));
        return ocaml;
    }
}

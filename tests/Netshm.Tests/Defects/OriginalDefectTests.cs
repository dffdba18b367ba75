using Netshm.TestKit;

namespace Netshm.Tests.Defects;

/// <summary>The known defects of Ocamlnet's Netshm, none of which is here.</summary>
public class OriginalDefectTests
{
    private static readonly ShmTableOptions s_unlocked = new() { Locking = LockingMethod.None, Init = 10 };

    [Fact]
    public void Re_creating_a_table_leaves_no_ghost_keys()
    {
        using var temp = new TempTable(options: s_unlocked);
        using (ShmTable table = temp.Open())
        {
            for (int i = 0; i < 5000; i++)
                table.Add(i, [i]);
        }

        using ShmTable again = temp.Open(s_unlocked with { Init = 3000 });
        Assert.Equal(0, again.Count);
        for (int i = 0; i < 5000; i++)
            Assert.False(again.Contains(i));
        Assert.True(again.Check().IsConsistent, again.Check().ToString());
    }

    [Fact]
    public void Unbound_cells_are_reclaimed_so_that_an_empty_table_stays_small()
    {
        using var temp = new TempTable(options: s_unlocked);
        ShmTable table = temp.Open();
        for (int i = 0; i < 100_000; i++)
        {
            table.Add(i, [i]);
            table.Remove(i);
        }

        Assert.InRange(new FileInfo(temp.Name.MemoryPath).Length, 1, 200_000);
    }

    [Fact]
    public void Spare_words_that_a_dead_process_left_do_not_stop_the_table_from_growing()
    {
        using var temp = new TempTable(options: s_unlocked);
        ShmTable table = temp.Open();
        for (int i = 0; i < 10; i++)
            table.Add(i, [i]);
        for (int i = 0; i < 10; i++)
        {
            table.Memory[2, 6 + (4 * i)] = i;
            table.Memory[2, 7 + (4 * i)] = 5;
        }

        for (int i = 10; i < 1000; i++)
            table.Add(i, [i]);
        for (int i = 0; i < 1000; i++)
            Assert.Equal([i], table.Find(i));
    }

    [Fact]
    public void A_process_killed_while_it_replaces_loses_no_value_and_tears_none()
    {
        using var temp = new TempTable();
        temp.IsDamagedOnPurpose(); // A kill may leak pages; that is checked here instead.
        ShmTable table = temp.Open();
        for (int round = 0; round < 25; round++)
        {
            using ChildProcess worker = WorkerProcess.Start("replace", temp.Name.ToString(), "Auto", "7");
            Assert.Equal("ready", worker.ReadLine());
            for (int reads = 0; reads < round * 50; reads++)
                _ = table.Contains(7);
            worker.Kill();
            int[] value = table.Find(7);
            Assert.Equal(150, value.Length);
            Assert.Equal(-1, value.AsSpan().IndexOfAnyExcept(value[0]));
            Assert.Equal(1, table.Count);
            Assert.DoesNotContain(table.Check().Violations, violation => violation.Word is not null
                && violation is not { Page: 1, Word: 6 });
        }
    }

    [Theory]
    [InlineData(99_999)]
    [InlineData(-1)]
    public void The_pointer_to_the_older_binding_is_checked_and_not_the_one_to_the_next_page(int olderBinding)
    {
        using var temp = new TempTable(options: s_unlocked);
        temp.IsDamagedOnPurpose();
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        int page = 2 + table.Memory[1, 9];
        table.Memory[page, 3] = olderBinding;
        CorruptFileException e = Assert.Throws<CorruptFileException>(() => table.FindAll(1));
        Assert.Equal((page, 3), (e.Page, e.Word));
    }

    [Fact]
    public void The_position_of_a_value_counts_in_the_length_of_its_first_fragment()
    {
        using var temp = new TempTable(options: s_unlocked);
        ShmTable table = temp.Open();
        table.Add(1, [.. Enumerable.Range(0, 58)]);
        int page = 2 + table.Memory[1, 9];
        table.Memory[page, 4] = 10;
        table.Memory[page, 5] = 48;
        Assert.Equal(Enumerable.Range(10, 48), table.Find(1));
    }

    [Fact]
    public void Finding_inside_iterate_keys_keeps_the_lock()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        table.IterateKeys(key =>
        {
            Assert.Equal([1], table.Find(key));
            Assert.True(table.Contains(key));
            Assert.True(KernelLocks.Cover(temp.Name, "READ", 64));
        });
        Assert.Empty(KernelLocks.On(temp.Name));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Write_blocks_leaves_no_lock_whichever_binding_it_removes(int age)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        for (int i = 2; i >= 0; i--)
            table.Add(1, [i]);
        table.WriteBlocks(1, WriteOperations.RemoveBinding, (fragment, isEnd) =>
            !isEnd && fragment[0] == age ? BlockDecision.Remove() : BlockDecision.Continue);
        Assert.Empty(KernelLocks.On(temp.Name));
        Assert.Equal(2, table.Count);
    }

    [MountFact]
    public void A_full_file_system_does_not_kill_the_process()
    {
        using var small = new SmallFileSystem("256k");
        using ShmTable table = ShmTable.Open(SharedMemoryName.File($"{small.Directory}/table"), s_unlocked);
        Assert.Throws<OutOfSpaceException>((Action)(() =>
        {
            for (int i = 0; ; i++)
                table.Add(i, [i]);
        }));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Fact]
    public void Iterate_does_not_pass_the_bindings_of_a_broken_pointer_through()
    {
        using var temp = new TempTable(options: s_unlocked);
        temp.IsDamagedOnPurpose();
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        table.Memory[2, 5 + (4 * 1)] = 1; // The cell of key 1 points to the descriptor now.
        Assert.Throws<CorruptFileException>(() => table.Iterate((_, _) => { }));
    }

    [Fact]
    public void A_negative_number_of_elements_is_refused()
    {
        using var temp = new TempTable();
        Assert.Throws<ArgumentOutOfRangeException>(() => temp.Open(new ShmTableOptions { Init = -1 }));
    }

    [Fact]
    public void Arrays_can_be_modified()
    {
        SharedMemoryName name = TempTable.FreshName();
        using (ShmArray<string> array = ShmArray<string>.Open("", DataManagers.String, name, init: 3))
        {
            array[1] = "one";
            array.Resize(10);
            array[9] = "nine";
            Assert.Equal((10, "", "one", "nine"), (array.Length, array[0], array[1], array[9]));
        }

        SharedMemoryObject.Unlink(name);
    }

    [Fact]
    public void Descriptors_are_not_inherited_and_none_leaks_when_the_object_can_not_be_opened()
    {
        const string badObject = "/netshm-test-is-a-directory";
        Directory.CreateDirectory("/dev/shm" + badObject);
        SharedMemoryName companion = TempTable.FreshName();
        Assert.ThrowsAny<Exception>(() =>
            SharedMemoryObject.Open(SharedMemoryName.Posix(companion.LockPath, badObject)));
        Directory.Delete("/dev/shm" + badObject);
        Assert.False(File.Exists(companion.LockPath));
        Assert.DoesNotContain(OpenFiles(), file => file.Target.StartsWith(companion.LockPath, StringComparison.Ordinal));

        using var temp = new TempTable();
        temp.Open();
        const int closeOnExec = 0x80000;
        Assert.All(OpenFiles().Where(file => file.Target == temp.Name.LockPath),
            file => Assert.NotEqual(0, file.Flags & closeOnExec));
        Assert.Contains(OpenFiles(), file => file.Target == temp.Name.LockPath);
    }

    private static List<(string Target, int Flags)> OpenFiles()
    {
        var files = new List<(string, int)>();
        foreach (string path in Directory.GetFileSystemEntries("/proc/self/fd"))
        {
            // Other tests open and close files meanwhile.
            try
            {
                string target = new FileInfo(path).LinkTarget ?? "";
                string flags = File.ReadLines($"/proc/self/fdinfo/{Path.GetFileName(path)}")
                    .First(line => line.StartsWith("flags:", StringComparison.Ordinal));
                files.Add((target, Convert.ToInt32(flags[6..].Trim(), 8)));
            }
            catch (IOException)
            {
            }
        }

        return files;
    }
}

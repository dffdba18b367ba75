namespace Netshm.Exploration;

/// <summary>A process dies before every store while it converts a table.</summary>
public class ConversionFaultTests
{
    public enum Past
    {
        LeftInOrder,
        DeathAtWork,

        /// <summary>Left in order, with a sidecar of the time before an earlier conversion.</summary>
        OldSidecar,

        /// <summary>Created anew by the original, after a death in a transaction under futex locks: the journal is another table's.</summary>
        CreatedAnewByOriginal,
    }

    [Theory]
    [InlineData(Past.LeftInOrder)]
    [InlineData(Past.DeathAtWork)]
    [InlineData(Past.OldSidecar)]
    [InlineData(Past.CreatedAnewByOriginal)]
    public void Converting_to_futex_locks(Past past) => new AttachmentFaults
    {
        Prepare = files => PrepareRecord(files, past),
        Victim = process => process.Convert(LockingMethod.Futex),
        Later = LockingMethod.Auto,
        Allowed = AttachmentFaults.StatesOfReplacement,
    }.Explore();

    [Theory]
    [InlineData(Past.LeftInOrder)]
    [InlineData(Past.DeathAtWork)]
    public void Converting_to_record_locks(Past past) => new AttachmentFaults
    {
        Prepare = files => PrepareFutex(files, past),
        Victim = process => process.Convert(LockingMethod.Record),
        Later = LockingMethod.Auto,
        Allowed = [AttachmentFaults.StateOfLarge],
    }.Explore();

    [Fact]
    public void Converting_to_record_locks_without_the_sidecar() => new AttachmentFaults
    {
        Prepare = files =>
        {
            PrepareFutex(files, Past.LeftInOrder);
            File.Delete(files.Name.SidecarPath);
        },
        Victim = process => process.Convert(LockingMethod.Record),
        Later = LockingMethod.Auto,
        Allowed = [AttachmentFaults.StateOfLarge],
    }.Explore();

    [Fact]
    public void Converting_a_table_in_use_is_refused_and_changes_nothing() => new AttachmentFaults
    {
        Prepare = files => PrepareFutex(files, Past.LeftInOrder),
        HasBystander = true,
        Victim = process =>
        {
            try
            {
                process.Convert(LockingMethod.Record);
                Assert.Fail("a table in use was converted");
            }
            catch (InvalidTableOperationException)
            {
                // So it has to be.
            }
        },
        Allowed = [AttachmentFaults.StateOfLarge],
    }.Explore();

    [Fact]
    public void A_table_is_converted_there_and_back()
    {
        using var files = new TableFiles();
        PrepareFutex(files, Past.DeathAtWork);
        foreach (LockingMethod locking in (LockingMethod[])[LockingMethod.Record, LockingMethod.Futex, LockingMethod.Record])
        {
            new SimulatedProcess(files).DoAlive(process =>
            {
                process.Convert(locking);
                process.Open(Scenario.OptionsToOpen(LockingMethod.Auto));
                Assert.Equal(locking, process.Table.Locking);
                Assert.Equal(LockingMark.MagicOf(locking), process.Table.Storage.DescriptorAsItIs.FoundMagic);
                Assert.Equal(AttachmentFaults.StateOfLarge, FaultRun.Use(process.Table, files));
                Assert.Null(process.Table.LastRecovery);
                process.Close();
            });
            Assert.Equal(locking == LockingMethod.Futex, File.Exists(files.Name.SidecarPath));
        }
    }

    /// <summary>
    /// Neither the original nor a process that can't write can go on with a rehash that is done little by little: the last process
    /// to leave finishes it.
    /// </summary>
    [Fact]
    public void A_table_that_is_left_in_the_middle_of_a_rehash_is_in_order_for_the_original()
    {
        int rehashes = 0;
        foreach (Scenario scenario in Scenarios.LittleByLittle)
        {
            using var files = new TableFiles();
            new SimulatedProcess(files).DoAlive(process =>
            {
                process.Open(scenario.OptionsFor(LockingMethod.Futex));
                scenario.Setup(process.Table);
                rehashes += process.Table.Storage.IsRehashing(out _) ? 1 : 0;
                process.Close();
            });
            int[] words = MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(files.Name.MemoryPath)).ToArray();
            Assert.Equal(RehashPhase.None, new DescriptorView(words.AsSpan(Scenario.PageSize / sizeof(int))).RehashPhase);
            new SimulatedProcess(files).DoAlive(process =>
            {
                process.Convert(LockingMethod.Record);
                process.Open(Scenario.OptionsToOpen(LockingMethod.Record));
                Assert.Equal(RehashPhase.None, process.Table.Storage.OpenDescriptor().RehashPhase);
                process.Table.Add(1, [1]);
                Assert.Null(process.Table.LastRecovery);
                Assert.True(process.Table.Check().IsConsistent, scenario.Name);
                process.Close();
            });
        }

        Assert.InRange(rehashes, 6, int.MaxValue);
    }

    private static void PrepareFutex(TableFiles files, Past past)
    {
        AttachmentFaults.Fill(files, LockingMethod.Futex, AttachmentFaults.Large);
        if (past == Past.DeathAtWork)
            AttachmentFaults.DieIn(files, AttachmentFaults.Large, LockingMethod.Futex, isFilled: true);
    }

    private static void PrepareRecord(TableFiles files, Past past)
    {
        if (past == Past.CreatedAnewByOriginal)
        {
            CreateAnewAsOriginal(files);
            return;
        }

        bool wasFutex = past == Past.OldSidecar;
        AttachmentFaults.Fill(
            files, wasFutex ? LockingMethod.Futex : LockingMethod.Record, AttachmentFaults.Replacement);
        if (wasFutex)
        {
            byte[] sidecar = File.ReadAllBytes(files.Name.SidecarPath);
            new SimulatedProcess(files).DoAlive(process => process.Convert(LockingMethod.Record));
            File.WriteAllBytes(files.Name.SidecarPath, sidecar);
        }

        if (past == Past.DeathAtWork)
            AttachmentFaults.DieIn(files, AttachmentFaults.Replacement, LockingMethod.Record, isFilled: true);
    }

    /// <summary>The original leaves the words of the master page alone that it does not know.</summary>
    private static void CreateAnewAsOriginal(TableFiles files)
    {
        PrepareFutex(files, Past.DeathAtWork);
        using var other = new TableFiles();
        AttachmentFaults.Fill(other, LockingMethod.Record, AttachmentFaults.Replacement);
        byte[] table = File.ReadAllBytes(other.Name.MemoryPath);
        const int firstUnknown = 5 * sizeof(int);
        File.ReadAllBytes(files.Name.MemoryPath).AsSpan(firstUnknown..Scenario.PageSize).CopyTo(table.AsSpan(firstUnknown));
        File.WriteAllBytes(files.Name.MemoryPath, table);
    }
}

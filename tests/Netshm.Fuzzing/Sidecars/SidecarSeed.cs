using System.Buffers.Binary;

namespace Netshm.Fuzzing.Sidecars;

/// <summary>A table and its sidecar as they lie there at some instant.</summary>
/// <param name="Name">What failures call it.</param>
/// <param name="Table">The table's file.</param>
/// <param name="Sidecar">The sidecar.</param>
/// <param name="Contents">What the table holds when it was brought in order.</param>
internal sealed record SidecarSeed(string Name, byte[] Table, byte[] Sidecar, string Contents)
{
    private const int PhaseWord = 7, GenerationWord = 10, StampWord = 12;

    /// <summary>The keys that are bound, or going to be.</summary>
    public const int Keys = 30;

    /// <summary>The generation in the table's master page.</summary>
    public int Generation => TableWord(GenerationWord);

    /// <summary>The stamp in the table's master page.</summary>
    public int Stamp => TableWord(StampWord);

    /// <summary>Whether the journal is needed to get at the contents.</summary>
    public bool HasUnfinishedWork => SidecarLayout.Of(Sidecar).IsJournalActive(Sidecar);

    /// <summary>Whether a process that lives may have left it so: one that is not at work.</summary>
    public bool MayHaveNeighbour { get; private init; }

    /// <summary>Takes pictures of a table: closed, in use, in a rehash, and as if its user were killed in a group or a transaction.</summary>
    /// <param name="name">Where the table goes.</param>
    /// <param name="changes">How many changes its feed holds; 0 for none.</param>
    public static IReadOnlyList<SidecarSeed> Take(SharedMemoryName name, int changes)
    {
        List<SidecarSeed> seeds = [];
        var options = new ShmTableOptions { PageSize = 64, Init = 20, ChangeFeedCapacity = changes };
        using (var table = ShmTable.Open(name, options))
        {
            for (int key = 0, phase = 0; key < Keys; key++)
            {
                table.Add(key, [.. Enumerable.Range(key, key)]);
                if (table.Memory[1, PhaseWord] is var phaseNow && phaseNow != phase && phaseNow != 0)
                    seeds.Add(Picture($"in phase {phaseNow} of a rehash", name, TableDump.Format(table)));
                phase = table.Memory[1, PhaseWord];
            }

            seeds.Add(Picture("in use", name, TableDump.Format(table)) with { MayHaveNeighbour = true });
            TakeWhileBusy(table, name, seeds);
        }

        // Closed since the group, which was the last to modify it.
        seeds.Add(Picture("closed", name, seeds[^1].Contents) with { MayHaveNeighbour = true });
        File.Delete(name.MemoryPath);
        File.Delete(name.MemoryPath + ".netshm");
        return seeds;
    }

    private static void TakeWhileBusy(ShmTable table, SharedMemoryName name, List<SidecarSeed> seeds)
    {
        string before = TableDump.Format(table);
        try
        {
            table.Transact(void () =>
            {
                for (int key = 0; key < 2 * Keys; key += 3)
                    table.Replace(key, [-key, key]);
                Assert.True(table.Remove(1));
                seeds.Add(Picture("in a transaction", name, before));
                table.Replace(2, new int[400]);
                Assert.True(table.Remove(2));
                seeds.Add(Picture("in a transaction with runs of pages", name, before));
                throw new OperationCanceledException();
            });
        }
        catch (OperationCanceledException)
        {
            // The transaction is taken back, as it must be from the picture.
        }

        table.Group(() =>
        {
            table.Replace(2, [2, 2, 2]);
            Assert.True(table.Remove(4));
            seeds.Add(Picture("in a group", name, TableDump.Format(table)));
        });
    }

    private int TableWord(int word) => BinaryPrimitives.ReadInt32LittleEndian(Table.AsSpan(word * sizeof(int)));

    private static SidecarSeed Picture(string what, SharedMemoryName name, string contents) => new(
        what, File.ReadAllBytes(name.MemoryPath), File.ReadAllBytes(name.MemoryPath + ".netshm"), contents);
}

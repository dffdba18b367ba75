namespace Netshm;

/// <summary>How full a table is and how far its searches go: what <see cref="ShmTable.GetStatistics"/> found.</summary>
public sealed class TableStatistics
{
    /// <summary>
    /// Longer searches are no chance at a load of a half or less, which tables have unless the format has no room for more
    /// cells: some eighty for ten million random keys.
    /// </summary>
    private const int MaxProbesByChance = 256;

    /// <summary>How much longer than expected the longest search may be by chance.</summary>
    private const double Tolerance = 2;

    private long _probes;

    private TableStatistics()
    {
    }

    /// <summary>The size of a page, in bytes.</summary>
    public int PageSize { get; private init; }

    /// <summary>How many pages belong to the table; its file may be longer.</summary>
    public int TotalPages { get; private init; }

    /// <summary>How many of them are the hash table's.</summary>
    public int HashPages { get; private init; }

    /// <summary>How many of them are free, as the descriptor counts them.</summary>
    public int FreePages { get; private init; }

    /// <summary>How many cells the hash table has.</summary>
    public int Cells { get; private init; }

    /// <summary>How many cells were claimed since the last rehash, as the descriptor counts them.</summary>
    public int UsedCells { get; private init; }

    /// <summary>Whether the cells are being laid out anew, some with each modification.</summary>
    public bool IsRehashing { get; private init; }

    /// <summary>How many keys are bound.</summary>
    public int Keys { get; private set; }

    /// <summary>How many bindings there are, hidden ones included.</summary>
    public int Bindings { get; private set; }

    /// <summary>The length of all values together, in words.</summary>
    public long ValuesLengthInWords { get; private set; }

    /// <summary>The length of the longest value, in words.</summary>
    public int LongestValueInWords { get; private set; }

    /// <summary>What all bindings take, in bytes: their pages, with what is left over in the last one of each.</summary>
    public long BindingBytes { get; private set; }

    /// <summary>
    /// The page size in bytes with which the same bindings would take the least memory, which is <see cref="PageSize"/> when
    /// no other one is better. Ocamlnet can't open tables with pages of less than 160 bytes.
    /// </summary>
    public int BestPageSize { get; private set; }

    /// <summary>What all bindings would take with pages of <see cref="BestPageSize"/>, in bytes.</summary>
    public long BestBindingBytes { get; private set; }

    /// <summary>How many cells the longest search for a bound key looks at.</summary>
    public int MaxProbes { get; private set; }

    /// <summary>How many cells the search for a bound key looks at on average; 0 when there is none.</summary>
    public double AverageProbes => Keys == 0 ? 0 : (double)_probes / Keys;

    /// <summary>
    /// Whether so many keys fall together that it is not chance: they differ by multiples of <see cref="Cells"/> or are
    /// runs of numbers that overlap, by accident or by somebody's design. Searches take time in proportion to their number.
    /// </summary>
    /// <remarks><see cref="DataManagers.Scrambled"/> is the remedy.</remarks>
    public bool IsFlooded => IsFlood(MaxProbes, UsedCells, Cells);

    /// <summary>Which part of the cells is used, from 0 to 1; above a half the table is laid out anew.</summary>
    public double Load => (double)UsedCells / Cells;

    /// <summary>Whether a search of so many cells is no chance.</summary>
    /// <remarks>
    /// At load a the longest of n searches has some ln n / (a - 1 - ln a) steps (Pittel, Linear probing: the probable largest
    /// search time grows logarithmically with the number of records, Journal of Algorithms 8, 1987).
    /// </remarks>
    internal static bool IsFlood(int maxProbes, int usedCells, int cells)
    {
        if (maxProbes <= MaxProbesByChance || usedCells <= 0 || usedCells >= cells)
            return maxProbes > MaxProbesByChance;
        double load = (double)usedCells / cells;
        return maxProbes > Tolerance * Math.Log(usedCells) / (load - 1 - Math.Log(load));
    }

    /// <summary>Walks over all keys and bindings. The caller holds the table's lock for reading.</summary>
    /// <exception cref="CorruptFileException">The table is damaged.</exception>
    internal static TableStatistics Of(TableStorage storage)
    {
        DescriptorView descriptor = storage.OpenDescriptor();
        var statistics = new TableStatistics
        {
            PageSize = storage.Pages.WordsPerPage * sizeof(int),
            TotalPages = descriptor.TotalPages,
            HashPages = HashPagesOf(descriptor),
            FreePages = descriptor.FreePages,
            Cells = descriptor.Cells,
            UsedCells = descriptor.UsedCells,
            IsRehashing = storage.IsRehashing(out _),
        };
        var advice = new PageSizeAdvice();
        int pagesSeen = 0;
        for (CellWalk cells = storage.Index.Cells(descriptor); cells.MoveNext();)
        {
            if (!cells.Current.IsBound)
                continue;
            statistics.AddKey(storage.Index.CountProbes(descriptor, cells.Current.Key));
            BindingWalk bindings = storage.BindingsOf(descriptor, cells.Current, pagesSeen);
            while (bindings.MoveNext())
            {
                statistics.AddBinding(bindings.Value.LengthInWords);
                advice.Add(bindings.Value.LengthInWords);
            }

            pagesSeen = bindings.PagesSeen;
        }

        statistics.BindingBytes = advice.BytesWith(statistics.PageSize);
        statistics.BestPageSize = advice.Best(statistics.PageSize);
        statistics.BestBindingBytes = advice.BytesWith(statistics.BestPageSize);
        return statistics;
    }

    private static int HashPagesOf(DescriptorView descriptor)
    {
        int pages = 0;
        for (int extent = descriptor.ExtentCount - 1; extent >= 0; extent--)
            pages += descriptor.ExtentPages(extent);
        return pages;
    }

    private void AddKey(int probes)
    {
        Keys++;
        _probes += probes;
        MaxProbes = Math.Max(MaxProbes, probes);
    }

    private void AddBinding(int lengthInWords)
    {
        Bindings++;
        ValuesLengthInWords += lengthInWords;
        LongestValueInWords = Math.Max(LongestValueInWords, lengthInWords);
    }
}

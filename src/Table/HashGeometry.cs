using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Netshm;

/// <summary>Where the cells of a hash table lie: worked out once for what the descriptor says, and never changed.</summary>
/// <remarks>docs/FileFormat.md, "Hash table".</remarks>
internal sealed class HashGeometry
{
    /// <summary>Probes before the sequence is linear and so sure to meet every cell once.</summary>
    private const int QuadraticProbes = 10;

    private const int LinearOffset = 72;

    private readonly int _cellsInDescriptor;
    private readonly int[] _extentsInDescriptor;
    private readonly Extent _lastExtent;
    private readonly Extent[] _earlierExtents;
    private readonly ulong _cellsReciprocal;
    private readonly ulong _cellsPerPageReciprocal;
    private readonly int _excessOfNegativeKeys;
    private readonly int _wordsBetweenPages;

    private HashGeometry(
        int cellsInDescriptor, int[] extentsInDescriptor, int cells, List<Extent> extents, int wordsPerPage)
    {
        int cellsPerPage = Layout.CellsPerPage(wordsPerPage);
        _cellsInDescriptor = cellsInDescriptor;
        _extentsInDescriptor = extentsInDescriptor;
        _lastExtent = extents[^1];
        _earlierExtents = [.. extents[..^1]];
        _cellsReciprocal = ReciprocalOf(cells);
        _cellsPerPageReciprocal = ReciprocalOf(cellsPerPage);
        _excessOfNegativeKeys = cells - (int)((1L << 32) % cells);
        _wordsBetweenPages = wordsPerPage - (Layout.CellLengthInWords * cellsPerPage);
        Cells = cells;
    }

    /// <summary>How many cells are searched.</summary>
    public int Cells { get; }

    /// <summary>How many probes meet every cell.</summary>
    public long ProbeCount => (long)Cells + LinearOffset + QuadraticProbes;

    /// <summary>The value of the structure's sequence word under which this was read; 0 when none was looked at.</summary>
    public long Structure { get; private init; }

    /// <summary>Works out the geometry.</summary>
    /// <param name="descriptor">The descriptor, whose words are copied first, since they may change at any time.</param>
    /// <param name="wordsPerPage">The page size, in words.</param>
    /// <param name="name">The table, for messages.</param>
    /// <param name="structure">What <see cref="Structure"/> is to say.</param>
    /// <param name="wholeExtents">Search all cells of the extents, whatever number the descriptor says.</param>
    /// <exception cref="CorruptFileException">The numbers are impossible.</exception>
    public static HashGeometry Read(
        DescriptorView descriptor, int wordsPerPage, string name, long structure = 0, bool wholeExtents = false)
    {
        int cellsInDescriptor = descriptor.Cells;
        int[] source = descriptor.Extents.ToArray();
        int cellsPerPage = Layout.CellsPerPage(wordsPerPage);
        var extents = new List<Extent>(Layout.MaxExtents);
        long allCells = 0;
        for (int i = 0; i < source.Length && source[i] > 0 && source[i + 1] > 0; i += 2)
        {
            long firstWord = ((long)source[i] * wordsPerPage) + Layout.HashPageHeaderInWords;
            extents.Add(new Extent((int)allCells, firstWord));
            allCells += (long)source[i + 1] * cellsPerPage;
            if (allCells > int.MaxValue)
                throw Bad(name, DescriptorView.ExtentsWord, $"the extents have {allCells} cells or more");
        }

        int cells = wholeExtents ? (int)allCells : cellsInDescriptor;
        if (cells < cellsPerPage)
        {
            throw Bad(name, DescriptorView.CellsWord,
                $"the hash table has {cells} cells; expected at least {cellsPerPage}");
        }

        if (cells > allCells)
            throw Bad(name, DescriptorView.ExtentsWord, $"the extents have {allCells} cells; expected {cells}");
        return new HashGeometry(cellsInDescriptor, source, cells, extents, wordsPerPage) { Structure = structure };
    }

    /// <summary>Whether the descriptor still says what this was worked out for.</summary>
    public bool Matches(DescriptorView descriptor) =>
        descriptor.Cells == _cellsInDescriptor && descriptor.Extents.SequenceEqual(_extentsInDescriptor);

    /// <summary>The number of the cell where probe <paramref name="probe"/> of a key looks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CellOf(int key, int probe)
    {
        int sum = unchecked(key + (probe < QuadraticProbes ? probe * probe : LinearOffset + probe));

        // The remainder by multiplication; exact for 32 bits. A negative number is 2^32 less than its unsigned value.
        uint value = (uint)sum;
        uint remainder = value - ((uint)HighPart(_cellsReciprocal, value) * (uint)Cells);
        long tooLarge = remainder + (long)(_excessOfNegativeKeys & (sum >> 31)) - Cells;

        // Without a branch, which would be guessed wrong for a quarter of all keys.
        return (int)(tooLarge + (Cells & (tooLarge >> 63)));
    }

    /// <summary>Where a cell begins, in words from the start of the file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long FirstWordOf(int cell)
    {
        // The last extent has more than half of the cells.
        Extent extent = cell >= _lastExtent.FirstCell ? _lastExtent : EarlierExtentOf(cell);
        uint cellInExtent = (uint)(cell - extent.FirstCell);
        long page = (long)HighPart(_cellsPerPageReciprocal, cellInExtent);
        return extent.FirstWord + (Layout.CellLengthInWords * (long)cellInExtent) + (page * _wordsBetweenPages);
    }

    private Extent EarlierExtentOf(int cell)
    {
        int e = _earlierExtents.Length - 1;
        while (cell < _earlierExtents[e].FirstCell)
            e--;
        return _earlierExtents[e];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HighPart(ulong left, ulong right) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(left, right) : Math.BigMul(left, right, out _);

    /// <summary>2^64 divided by a number, rounded up: multiplying by it divides 32-bit numbers exactly.</summary>
    private static ulong ReciprocalOf(int divisor) => (ulong.MaxValue / (uint)divisor) + 1;

    private static CorruptFileException Bad(string name, int word, string problem) =>
        new(name, Layout.DescriptorPage, word, problem);

    private readonly record struct Extent(int FirstCell, long FirstWord);
}

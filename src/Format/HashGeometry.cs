using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Netshm.Format;

/// <summary>Where the cells of a hash table lie: worked out once for what the descriptor says, and never changed.</summary>
/// <remarks>docs/FileFormat.md, "Hash table".</remarks>
internal sealed class HashGeometry
{
    /// <summary>Probes before the sequence is linear and so sure to meet every cell once.</summary>
    private const int QuadraticProbes = 10;

    private const int LinearOffset = 72;

    private readonly int _cellsInDescriptor;
    private readonly Vector512<int> _firstExtentsInDescriptor;
    private readonly Vector512<int> _lastExtentsInDescriptor;
    private readonly ulong _cellsReciprocal;
    private readonly ulong _cellsPerPageReciprocal;
    private readonly long _bias;
    private readonly long _wordsBetweenPages;

    /// <summary>
    /// The cell before each of the last extents, which have nearly all cells; where there are fewer extents, the last
    /// numbers are such as no cell is greater than.
    /// </summary>
    private readonly Vector256<int> _cellsBefore;

    /// <summary>The same for all extents.</summary>
    private readonly Vector512<int> _allCellsBefore;

    /// <summary>
    /// Where the first cell of all would begin, were the pages of one of the last extents continued backwards; the first
    /// of them has index 1.
    /// </summary>
    private readonly long[] _origins = new long[Vector256<int>.Count + 1];

    /// <summary>The same for all extents.</summary>
    private readonly long[] _allOrigins = new long[Layout.MaxExtents + 1];

    private HashGeometry(
        int cellsInDescriptor, int[] extentsInDescriptor, int cells, CellSide side, List<Extent> extents, int wordsPerPage)
    {
        int cellsPerPage = Layout.CellsPerPage(wordsPerPage);
        _cellsInDescriptor = cellsInDescriptor;
        _firstExtentsInDescriptor = Vector512.Create(extentsInDescriptor, 0);
        _lastExtentsInDescriptor = Vector512.Create(extentsInDescriptor, Layout.MaxExtents);
        _cellsReciprocal = ReciprocalOf(cells);
        _cellsPerPageReciprocal = ReciprocalOf(cellsPerPage);
        _bias = (((1L << 31) / cells) + 1) * cells;
        _wordsBetweenPages = wordsPerPage - (Layout.CellLengthInWords * cellsPerPage);
        Cells = cells;
        Side = side;

        Span<int> cellsBefore = stackalloc int[Layout.MaxExtents];
        cellsBefore.Fill(int.MaxValue);
        for (int i = 0; i < extents.Count; i++)
        {
            cellsBefore[i] = extents[i].FirstCell - 1;
            _allOrigins[i + 1] =
                extents[i].FirstWord + (int)side - ((long)extents[i].FirstCell / cellsPerPage * wordsPerPage);
        }

        int firstOfLast = Math.Max(0, extents.Count - Vector256<int>.Count);
        _allCellsBefore = Vector512.Create<int>(cellsBefore);
        _cellsBefore = Vector256.Create<int>(cellsBefore[firstOfLast..]);
        _allOrigins.AsSpan(firstOfLast, _origins.Length).CopyTo(_origins);
    }

    /// <summary>How many cells are searched.</summary>
    public int Cells { get; }

    /// <summary>In which words of them.</summary>
    public CellSide Side { get; }

    /// <summary>How many probes meet every cell.</summary>
    public long ProbeCount => (long)Cells + LinearOffset + QuadraticProbes;

    /// <summary>The value of the structure's sequence word under which this was read; 0 when none was looked at.</summary>
    public long Structure { get; private init; }

    /// <summary>Works out the geometry.</summary>
    /// <param name="descriptor">The descriptor, whose words are copied first, since they may change at any time.</param>
    /// <param name="wordsPerPage">The page size, in words.</param>
    /// <param name="name">The table, for messages.</param>
    /// <param name="structure">What <see cref="Structure"/> is to say.</param>
    /// <exception cref="CorruptFileException">The numbers are impossible.</exception>
    public static HashGeometry Read(DescriptorView descriptor, int wordsPerPage, string name, long structure = 0) =>
        Read(descriptor, wordsPerPage, name, structure, descriptor.CellSide, wholeExtents: false);

    /// <summary>Works out where words of the cells lie in all of the extents, whatever number of cells the descriptor says.</summary>
    /// <exception cref="CorruptFileException">The numbers are impossible.</exception>
    public static HashGeometry ReadWhole(DescriptorView descriptor, CellSide side, int wordsPerPage, string name) =>
        Read(descriptor, wordsPerPage, name, structure: 0, side, wholeExtents: true);

    private static HashGeometry Read(
        DescriptorView descriptor, int wordsPerPage, string name, long structure, CellSide side, bool wholeExtents)
    {
        int cellsInDescriptor = descriptor.Cells;
        int[] source = descriptor.Extents.ToArray();

        // Afterwards: a new extent's pages are counted before it is entered, so these are at least those of all extents above.
        Volatile.ReadBarrier();
        int totalPages = descriptor.TotalPages;
        int cellsPerPage = Layout.CellsPerPage(wordsPerPage);
        var extents = new List<Extent>(Layout.MaxExtents);
        long allCells = 0;
        for (int i = 0; i < source.Length && source[i] > 0 && source[i + 1] > 0; i += 2)
        {
            CheckPlace(source, i, Layout.FirstHashPage(wordsPerPage), totalPages, name);
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
        return new HashGeometry(cellsInDescriptor, source, cells, side, extents, wordsPerPage) { Structure = structure };
    }

    /// <summary>
    /// Refuses an extent that lies over the descriptor or an earlier extent, or where new pages will be: storing a cell would
    /// change another one, or where the cells are, or a value.
    /// </summary>
    private static void CheckPlace(
        ReadOnlySpan<int> extents, int index, int firstPossible, int totalPages, string name)
    {
        (int first, int pages) = (extents[index], extents[index + 1]);
        if (first < firstPossible)
        {
            throw Bad(name, DescriptorView.ExtentsWord + index,
                $"an extent begins with page {first}; expected one behind the descriptor, {firstPossible} or later");
        }

        if ((long)first + pages > totalPages)
        {
            throw Bad(name, DescriptorView.ExtentsWord + index,
                $"an extent has {pages} pages from page {first} on; the table has {totalPages}");
        }

        for (int other = 0; other < index; other += 2)
        {
            if (first < (long)extents[other] + extents[other + 1] && extents[other] < (long)first + pages)
            {
                throw Bad(name, DescriptorView.ExtentsWord + index,
                    $"the {pages} pages of an extent from page {first} on overlap those of the one from {extents[other]} on");
            }
        }
    }

    /// <summary>Whether the descriptor still says what this was worked out for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Matches(DescriptorView descriptor)
    {
        ReadOnlySpan<int> extents = descriptor.Extents;
        Vector512<int> differences = (Vector512.Create(extents) ^ _firstExtentsInDescriptor)
            | (Vector512.Create(extents[Layout.MaxExtents..]) ^ _lastExtentsInDescriptor);
        return descriptor.Cells == _cellsInDescriptor && differences == Vector512<int>.Zero;
    }

    /// <summary>The number of the cell where probe <paramref name="probe"/> of a key looks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CellOf(int key, int probe)
    {
        int sum = unchecked(key + (probe < QuadraticProbes ? probe * probe : LinearOffset + probe));

        // Without a branch, which would be guessed wrong for many keys: a multiple of the cells makes the sum positive,
        // and the remainder is worked out by multiplication, which is exact up to 33 bits.
        ulong positive = (ulong)(sum + _bias);
        return (int)(positive - (HighPart(_cellsReciprocal, positive) * (ulong)Cells));
    }

    /// <summary>Where a cell's words begin, counted in words from the start of the file.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long FirstWordOf(int cell)
    {
        // The number of extents that begin at the cell or before it, of the last ones; again without a branch.
        int extentNumber = BitOperations.PopCount(
            Vector256.GreaterThan(Vector256.Create(cell), _cellsBefore).ExtractMostSignificantBits());
        long origin = extentNumber > 0 ? _origins[extentNumber] : OriginOfEarlier(cell);
        long page = (long)HighPart(_cellsPerPageReciprocal, (uint)cell);
        return origin + (Layout.CellLengthInWords * (long)cell) + (page * _wordsBetweenPages);
    }

    /// <summary>The origin for a cell before the last extents, of which there are few.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long OriginOfEarlier(int cell) => _allOrigins[BitOperations.PopCount(
        Vector512.GreaterThan(Vector512.Create(cell), _allCellsBefore).ExtractMostSignificantBits())];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong HighPart(ulong left, ulong right) =>
        Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(left, right) : Math.BigMul(left, right, out _);

    /// <summary>
    /// 2^64 divided by a number, rounded up: the high part of a product with it is the quotient, exactly for numbers below
    /// 2^33, since the rounding makes the product less than 2^64 too large for them.
    /// </summary>
    private static ulong ReciprocalOf(int divisor) => (ulong.MaxValue / (uint)divisor) + 1;

    private static CorruptFileException Bad(string name, int word, string problem) =>
        new(name, Layout.DescriptorPage, word, problem);

    private readonly record struct Extent(int FirstCell, long FirstWord);
}

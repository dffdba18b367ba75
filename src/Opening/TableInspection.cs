namespace Netshm.Opening;

/// <summary>What a file turned out to hold.</summary>
internal enum FileContents
{
    /// <summary>Nothing.</summary>
    Empty,
    /// <summary>A table whose creator died before it was complete.</summary>
    Unfinished,
    /// <summary>A table.</summary>
    Table,
}

/// <summary>Finds out what a file holds.</summary>
internal static class TableInspection
{
    /// <summary>The granularity in which a file is looked at before its page size is known.</summary>
    private const int ProbeUnitInBytes = Layout.MinPageSize;

    /// <summary>Where the descriptor of the largest pages ends; a blank file is shorter.</summary>
    private const int MaxStartInBytes = 2 * Layout.MaxPageSize;

    /// <summary>Files without a mark are read whole up to here before they are taken for an unfinished table.</summary>
    private const int MaxBlankBytes = 1 << 20;

    /// <summary>Looks at the start of a file in which a table is to be opened or created.</summary>
    /// <inheritdoc cref="Inspect" path="/exception"/>
    public static FileContents InspectFor(ShmTableOptions options, SharedDescriptor file, string name, out int pageSize)
    {
        try
        {
            return Inspect(file, options.RequestedPageSize, name, out pageSize);
        }
        catch (CorruptFileException e) when (options.Init.HasValue)
        {
            // What is not surely a table is somebody's file, and nothing but its removal in so many words takes it away.
            throw new CorruptFileException(name, e.Page, e.Word,
                $"{e.Problem}; {nameof(ShmTableOptions.Init)} replaces tables only: to go on, remove or move the file "
                + $"({nameof(SharedMemoryObject)}.{nameof(SharedMemoryObject.Unlink)})", e);
        }
    }

    /// <summary>Looks at the start of a file, by reading: who knows whether it is a table and safe to map.</summary>
    /// <param name="file">The file.</param>
    /// <param name="wantedPageSize">The page size that was asked for, in bytes, or null.</param>
    /// <param name="name">The table, for messages.</param>
    /// <param name="pageSize">The page size of the table that was found, in bytes.</param>
    /// <exception cref="CorruptFileException">It holds something else than a table.</exception>
    public static FileContents Inspect(SharedDescriptor file, int? wantedPageSize, string name, out int pageSize)
    {
        pageSize = 0;
        long lengthInBytes = file.Status.LengthInBytes;
        if (lengthInBytes == 0)
            return FileContents.Empty;
        if (lengthInBytes < ProbeUnitInBytes)
            throw NotATable(name, $"it has {lengthInBytes} bytes, too few for the master page");

        Span<int> words = ReadStart(file, lengthInBytes, name);
        var master = new MasterView(words[..MasterView.LengthInWords]);
        bool isUnfinished = master.Creation == MasterView.CreationMark
            ? master.HasPartOfMagic && !master.HasMagic
            : master.HasNoMagic && lengthInBytes <= MaxBlankBytes && !words.ContainsAnyExcept(0);
        if (isUnfinished)
            return FileContents.Unfinished;
        if (!master.HasMagic)
            throw NotATable(name, "it does not begin with the marks of one");
        if (master.Validate() is { } bad)
            throw bad.On(name, Layout.MasterPage);
        List<int> pageSizes = FindPageSizes(words, wantedPageSize, file);
        pageSize = pageSizes switch
        {
            [var single] => single,
            [] => throw new CorruptFileException(name, Layout.DescriptorPage, 0,
                $"no descriptor was found for any page size from {Layout.MinPageSize} to {Layout.MaxPageSize} bytes"),
            _ => throw new CorruptFileException(name, Layout.DescriptorPage, 0,
                $"descriptors were found for page sizes {string.Join(" and ", pageSizes)}; state the page size"),
        };
        return FileContents.Table;
    }

    /// <summary>The words of the master page that have names, as the file holds them; zeros where it is shorter.</summary>
    public static MasterView ReadMaster(SharedDescriptor file)
    {
        int[] words = new int[MasterView.LengthInWords];
        _ = file.ReadAt(0, MemoryMarshal.AsBytes(words.AsSpan()));
        return new MasterView(words);
    }

    /// <summary>
    /// The page size is nowhere in the file, but page 1 begins with a descriptor. The wanted size counts alone where
    /// it is possible: the original leaves old descriptors behind when it re-creates a table with larger pages.
    /// </summary>
    private static List<int> FindPageSizes(Span<int> all, int? wantedPageSize, SharedDescriptor file)
    {
        if (wantedPageSize is { } wanted && IsPageSize(all, wanted, file))
            return [wanted];
        var found = new List<int>();
        for (int size = Layout.MinPageSize; size <= Layout.MaxPageSize; size += sizeof(int))
        {
            if (IsPageSize(all, size, file))
                found.Add(size);
        }

        return found;
    }

    private static bool IsPageSize(Span<int> words, int pageSize, SharedDescriptor file)
    {
        int wordsPerPage = pageSize / sizeof(int);
        if (wordsPerPage + Layout.DescriptorLengthInWords > words.Length)
            return false;
        var descriptor = new DescriptorView(words.Slice(wordsPerPage, Layout.DescriptorLengthInWords));
        if (!descriptor.HasMagic || descriptor.ExtentFirstPage(0) != Layout.FirstHashPage(wordsPerPage))
            return false;

        // Other processes may let the file grow meanwhile, and then count the pages: so the length is read last.
        int totalPages = descriptor.TotalPages;
        return totalPages > Layout.DescriptorPage && (long)totalPages * pageSize <= file.Status.LengthInBytes;
    }

    /// <summary>The first words of a file, up to where the descriptor can be and a blank file can end.</summary>
    private static Span<int> ReadStart(SharedDescriptor file, long lengthInBytes, string name)
    {
        int units = (int)(Math.Min(lengthInBytes, MaxStartInBytes) / ProbeUnitInBytes);
        int[] words = new int[units * (ProbeUnitInBytes / sizeof(int))];
        if (file.ReadAt(0, MemoryMarshal.AsBytes(words.AsSpan())) < words.Length * sizeof(int))
            throw new CorruptFileException(name, null, null, "the file was truncated while it was being opened");
        return words;
    }

    private static CorruptFileException NotATable(string name, string problem) =>
        new(name, null, null, $"the file is not a table: {problem}");
}

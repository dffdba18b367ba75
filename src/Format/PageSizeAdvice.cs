namespace Netshm.Format;

/// <summary>Finds the page size with which the values that a table holds would take the least memory.</summary>
internal sealed class PageSizeAdvice
{
    private const int StepInBytes = 16;

    /// <summary>Beyond this, larger pages save less than one part in two hundred of what long values take.</summary>
    private const int LargestInBytes = 4096;

    private readonly Dictionary<int, int> _bindingsOfLength = [];

    /// <summary>Takes a binding with a value of so many words into account.</summary>
    public void Add(int lengthInWords) =>
        _bindingsOfLength[lengthInWords] = _bindingsOfLength.GetValueOrDefault(lengthInWords) + 1;

    /// <summary>How many bytes the bindings take with pages of a size.</summary>
    public long BytesWith(int pageSize)
    {
        long pages = 0;
        foreach ((int lengthInWords, int bindings) in _bindingsOfLength)
            pages += (long)Layout.ContentPages(lengthInWords, pageSize / sizeof(int)) * bindings;
        return pages * pageSize;
    }

    /// <summary>The best page size in bytes, or the one that the table has when none is better.</summary>
    public int Best(int currentPageSize)
    {
        int best = currentPageSize;
        long least = BytesWith(currentPageSize);
        for (int pageSize = Layout.MinPageSize; pageSize <= LargestInBytes; pageSize += StepInBytes)
        {
            long bytes = BytesWith(pageSize);
            if (bytes < least)
                (best, least) = (pageSize, bytes);
        }

        return best;
    }
}

namespace Netshm.Tool.Observation;

/// <summary>What the bytes of a table's lock file stand for; docs/Protocol.md, "Record locks".</summary>
internal static class LockedBytes
{
    private const long Creation = TableFiles.FirstReservedByte;
    private const long RecordUse = TableFiles.FirstReservedByte + 1;
    private const long FutexUse = TableFiles.FirstReservedByte + 2;
    private const long NoneUse = TableFiles.FirstReservedByte + 3;
    private const int DescriptorPage = 1;

    /// <summary>The method that a lock says its holder has the table open with, or null.</summary>
    public static LockingMethod? AttachedWith(long first, long last) => (first, last) switch
    {
        (RecordUse, RecordUse) => LockingMethod.Record,
        (FutexUse, FutexUse) => LockingMethod.Futex,
        (NoneUse, NoneUse) => LockingMethod.None,
        _ => null,
    };

    /// <summary>What a lock covers, in words.</summary>
    /// <param name="first">Its first byte.</param>
    /// <param name="last">Its last byte.</param>
    /// <param name="wordsPerPage">The table's page size in words.</param>
    public static string Describe(long first, long last, int wordsPerPage)
    {
        if (AttachedWith(first, last) is { } method)
            return $"has the table open ({method})";
        return (first, last) switch
        {
            (Creation, Creation) => "comes, goes or creates",
            (RecordUse, NoneUse) => "keeps everybody out",
            ( > Creation, _) => $"bytes {first} to {last}",
            (0, >= Creation - 1) => "the whole table",
            _ when first / wordsPerPage == last / wordsPerPage => DescribePage(first / wordsPerPage),
            _ => $"pages {first / wordsPerPage} to {last / wordsPerPage}",
        };
    }

    private static string DescribePage(long page) =>
        page == DescriptorPage ? "the descriptor" : $"the binding at page {page}";
}

namespace Netshm.Fuzzing.Tables;

/// <summary>How a table says its locking method; docs/FileFormat.md, "Locking method".</summary>
internal static class LockingMarks
{
    /// <summary>The master page's word with version and method.</summary>
    public const int Word = 9;

    private const int OcamlnetMagic = 0x6712DE9F, FutexMagic = 0x6712DE46;
    private const int RecordWord = 0x4E530101, FutexWord = 0x4E530102;

    /// <summary>Marks of the descriptor.</summary>
    public static IReadOnlyList<int> Magics { get; } = [OcamlnetMagic, FutexMagic];

    /// <summary>Words with methods and versions that are known, and with others.</summary>
    public static IReadOnlyList<int> Words { get; } =
        [0, RecordWord, FutexWord, 0x4E530100, 0x4E530103, 0x4E530201, 0x4E530202, 0x4E530001, 0x12345678];

    /// <summary>The descriptor's mark and the master page's word of a table.</summary>
    public static (int Magic, int Word) Of(LockingMethod locking) =>
        locking == LockingMethod.Futex ? (FutexMagic, FutexWord) : (OcamlnetMagic, RecordWord);
}

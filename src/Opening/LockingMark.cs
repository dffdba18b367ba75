namespace Netshm.Opening;

/// <summary>How a table says in which way processes are kept apart: master word 9 and the descriptor's mark.</summary>
/// <remarks>
/// docs/FileFormat.md, "Locking method". The original never reads the word and refuses the mark of
/// <see cref="LockingMethod.Futex"/>. The mark decides; the word says which version of this library wrote it.
/// </remarks>
internal static class LockingMark
{
    private const int Version = 1;
    private const int Tag = 0x4E53 << 16 | Version << 8; // "NS"
    private const int TagMask = unchecked((int)0xFFFF_0000);
    private const int RecordWord = Tag | 1, FutexWord = Tag | 2;

    /// <summary>The word of a table with this method.</summary>
    public static int WordOf(LockingMethod method) => method == LockingMethod.Futex ? FutexWord : RecordWord;

    /// <summary>The descriptor's mark of a table with this method.</summary>
    public static int MagicOf(LockingMethod method) =>
        method == LockingMethod.Futex ? DescriptorView.FutexMagic : DescriptorView.Magic;

    /// <summary>The method of a table.</summary>
    /// <param name="file">Its memory.</param>
    /// <param name="pageSize">Its page size in bytes.</param>
    /// <param name="name">Its name, for messages.</param>
    /// <exception cref="InvalidTableOperationException">Another version of this library wrote it.</exception>
    public static LockingMethod Read(SharedDescriptor file, int pageSize, string name)
    {
        int word = ReadWord(file);
        Span<int> magic = stackalloc int[1];
        _ = file.ReadAt((long)Layout.DescriptorPage * pageSize, MemoryMarshal.AsBytes(magic));
        if (magic[0] == DescriptorView.FutexMagic && word == FutexWord)
            return LockingMethod.Futex;
        if (magic[0] == DescriptorView.Magic && (word & TagMask) != (Tag & TagMask))
            return LockingMethod.Record; // The original's table; whatever else the word holds, it did not write it.

        // The original's mark beside another word: the original has created the table anew, and left the word.
        return magic[0] == DescriptorView.Magic && word is RecordWord or FutexWord
            ? LockingMethod.Record
            : throw OtherVersion(word, name);
    }

    /// <summary>The method that an unfinished table was to have; null when that can't be told.</summary>
    public static LockingMethod? ReadWanted(SharedDescriptor file) => ReadWord(file) switch
    {
        RecordWord => LockingMethod.Record,
        FutexWord => LockingMethod.Futex,
        _ => null,
    };

    /// <summary>Whether a table with the original's mark was in use with futex locking before it was created anew.</summary>
    public static bool IsVoid(MasterView master) => master.Locking == FutexWord;

    private static int ReadWord(SharedDescriptor file) => TableInspection.ReadMaster(file).Locking;

    private static InvalidTableOperationException OtherVersion(int word, string name) => new(
        $"{name}: another version of this library wrote the table (master word 9 is {word:x8}; this one knows "
        + $"{RecordWord:x8} and {FutexWord:x8}). Use it with that version, or copy it: 'netshm dump' there, "
        + "'netshm load' here");
}

using System.Numerics;

namespace Netshm.Format;

/// <summary>The first words of a sidecar; docs/FileFormat.md, "Sidecar".</summary>
[StructLayout(LayoutKind.Explicit, Size = LengthInBytes)]
internal struct SidecarHeader
{
    public const int LengthInBytes = 128;

    /// <summary>How much of it is written before the sidecar is mapped, and read to find out whose it is.</summary>
    public const int IdentityLengthInBytes = 64;

    public const int LockOffset = IdentityLengthInBytes;

    /// <summary>The version that this library writes and knows.</summary>
    public const int KnownVersion = 4;

    /// <summary>By which a sidecar is known, of whatever version.</summary>
    [FieldOffset(0)] public long Magic;

    /// <summary>The layout's version.</summary>
    [FieldOffset(8)] public int Version;

    /// <summary>The number of the table that it belongs to.</summary>
    [FieldOffset(16)] public long TableId;

    /// <summary>The table's generation when its sidecar was last brought in order.</summary>
    [FieldOffset(24)] public int Generation;

    /// <summary>The boot id of the machine when a process that was alone last came; 0 where that can't be told.</summary>
    [FieldOffset(32)] public Guid BootId;

    /// <summary>1 if the last process to leave left the table in order, and on its device.</summary>
    [FieldOffset(48)] public int Clean;

    /// <summary>How many changes its feed holds; 0 for none.</summary>
    [FieldOffset(52)] public int FeedCapacity;

    /// <summary>A random number that the feed has for as long as its numbers go on.</summary>
    [FieldOffset(56)] public long FeedId;

    /// <summary>The lock word, and what its owner stores with it.</summary>
    [FieldOffset(LockOffset)] public LockState Lock;

    /// <summary>
    /// A number of no other table that is in use: drawn by the first process to come, since a table that was copied together
    /// with its sidecar has the same <see cref="TableId"/>.
    /// </summary>
    [FieldOffset(80)] public long Instance;

    /// <summary>Which owner may modify the table, if it has owners: docs/Sharding.md, "A removed owner stores nothing".</summary>
    [FieldOffset(96)] public long OwnerEpoch;

    private static ReadOnlySpan<byte> MagicText => "NETSHMSC"u8;

    public static long KnownMagic => MemoryMarshal.Read<long>(MagicText);

    /// <summary>Whether it says that the table was left in order.</summary>
    public readonly bool IsClean => Clean != 0;

    /// <summary>Whether this library can use a sidecar that begins so, and has a length: all of it gets blocks before that.</summary>
    public readonly bool Validate(long lengthInBytes) => HasFeedCapacity
        && lengthInBytes >= SidecarLayout.FirstLengthFor(FeedCapacity)
        && lengthInBytes <= SidecarLayout.MaxLengthFor(FeedCapacity);

    /// <summary>Whether a feed can have the capacity, so that it is known where the journal lies.</summary>
    public readonly bool HasFeedCapacity => FeedCapacity == 0
        || (FeedCapacity is > 0 and <= SidecarLayout.MaxFeedCapacity && BitOperations.IsPow2(FeedCapacity));

    /// <summary>Whether a file that starts with these bytes is a sidecar, of whatever version.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) => head.StartsWith(MagicText);

    /// <summary>Reads what tells whose a sidecar is; null when the file does not begin as one does.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static SidecarHeader? TryRead(FileHandle file, string path)
    {
        SidecarHeader header = default;
        if (Libc.Read(FaultPoint.ReadSidecarHeader, file, IdentityOf(ref header), 0) < 0)
            throw SystemError.Last("read", path);
        return header.Magic == KnownMagic ? header : null;
    }

    /// <summary>Writes the same at the start of a file that nobody else sees.</summary>
    /// <exception cref="OutOfSpaceException">There is no room for it.</exception>
    public static void Write(SidecarHeader header, FileHandle file, string path)
    {
        if ((ulong)IdentityLengthInBytes > Libc.FileSizeLimit)
            throw SystemError.From(Libc.EFBIG, "write to", path);
        if (Libc.Write(FaultPoint.WriteSidecarHeader, file, IdentityOf(ref header), 0) != IdentityLengthInBytes)
            throw SystemError.Last("write to", path);
    }

    private static Span<byte> IdentityOf(ref SidecarHeader header) =>
        MemoryMarshal.AsBytes(new Span<SidecarHeader>(ref header))[..IdentityLengthInBytes];
}

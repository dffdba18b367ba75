namespace Netshm;

/// <summary>The first bytes of a sidecar, read before it is mapped; docs/FileFormat.md, "Sidecar".</summary>
/// <param name="Version">The layout's version.</param>
/// <param name="TableId">The number of the table that it belongs to.</param>
/// <param name="Generation">The table's generation when its sidecar was last brought in order.</param>
/// <param name="IsClean">Whether the last process to leave left the table in order, and on its device.</param>
/// <param name="FeedCapacity">How many changes its feed holds; 0 for none.</param>
/// <param name="FeedId">A random number that the feed has for as long as its numbers go on.</param>
internal readonly record struct SidecarHeader(
    int Version, long TableId, int Generation, bool IsClean, int FeedCapacity, long FeedId)
{
    public const int VersionOffset = 8, TableIdOffset = 16, GenerationOffset = 24, IsCleanOffset = 48, FeedCapacityOffset = 52,
        FeedIdOffset = 56;
    public const int LengthInBytes = 64;

    /// <summary>The version that this library writes and knows.</summary>
    public const int KnownVersion = 4;

    private static ReadOnlySpan<byte> Magic => "NETSHMSC"u8;

    /// <summary>Whether this library can use a sidecar that begins so.</summary>
    public bool IsUsable => FeedCapacity == 0
        || (FeedCapacity is > 0 and <= ChangeRing.MaxCapacity && (FeedCapacity & (FeedCapacity - 1)) == 0);

    /// <summary>Whether a file that starts with these bytes is a sidecar, of whatever version.</summary>
    public static bool Begins(ReadOnlySpan<byte> head) => head.StartsWith(Magic);

    /// <summary>Reads the header of a file; null when it does not begin as a sidecar does.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static SidecarHeader? TryRead(FileHandle file, string path)
    {
        Span<byte> bytes = stackalloc byte[LengthInBytes];
        bytes.Clear();
        if (Libc.Read(FaultPoint.ReadSidecarHeader, file, bytes, 0) < 0)
            throw SystemError.Last("read", path);
        if (!Begins(bytes))
            return null;
        return new SidecarHeader(
            BitConverter.ToInt32(bytes[VersionOffset..]),
            BitConverter.ToInt64(bytes[TableIdOffset..]),
            BitConverter.ToInt32(bytes[GenerationOffset..]),
            BitConverter.ToInt32(bytes[IsCleanOffset..]) != 0,
            BitConverter.ToInt32(bytes[FeedCapacityOffset..]),
            BitConverter.ToInt64(bytes[FeedIdOffset..]));
    }

    /// <summary>Writes the header at the start of a file that nobody else sees.</summary>
    /// <exception cref="OutOfSpaceException">There is no room for it.</exception>
    public void Write(FileHandle file, string path)
    {
        Span<byte> bytes = stackalloc byte[LengthInBytes];
        bytes.Clear();
        Magic.CopyTo(bytes);
        _ = BitConverter.TryWriteBytes(bytes[VersionOffset..], Version);
        _ = BitConverter.TryWriteBytes(bytes[TableIdOffset..], TableId);
        _ = BitConverter.TryWriteBytes(bytes[GenerationOffset..], Generation);
        _ = BitConverter.TryWriteBytes(bytes[FeedCapacityOffset..], FeedCapacity);
        _ = BitConverter.TryWriteBytes(bytes[FeedIdOffset..], FeedId);
        if ((ulong)LengthInBytes > Libc.FileSizeLimit)
            throw SystemError.From(Libc.EFBIG, "write to", path);
        if (Libc.Write(FaultPoint.WriteSidecarHeader, file, bytes, 0) != LengthInBytes)
            throw SystemError.Last("write to", path);
    }
}

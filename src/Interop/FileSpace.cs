namespace Netshm.Interop;

/// <summary>Gives files blocks before they are mapped, so that a full file system is an error and not a SIGBUS.</summary>
internal static class FileSpace
{
    private const int ZerosAtATime = 1 << 16;

    /// <summary>Allocates blocks for a range.</summary>
    /// <exception cref="OutOfSpaceException">There is no room.</exception>
    public static void Allocate(FileHandle file, long offset, long lengthInBytes, string name)
    {
        if (!TryAllocate(file, offset, lengthInBytes))
            throw SystemError.Last($"allocate {lengthInBytes} bytes for", name);
    }

    /// <summary>Allocates blocks for a range; false, with the error number set, when that fails.</summary>
    /// <remarks>Beyond the end of the file, where nobody else makes it longer meanwhile.</remarks>
    public static bool TryAllocate(FileHandle file, long offset, long lengthInBytes)
    {
        if ((ulong)(offset + lengthInBytes) > Libc.FileSizeLimit)
        {
            Marshal.SetLastPInvokeError(Libc.EFBIG);
            return false;
        }

        // On a disk the length comes last: where there is no room, ext4 makes a file as long as it can, and others may map it.
        return (Libc.IsInMemory(FaultPoint.AskForFileSystem, file)
                || TryAllocate(FaultPoint.AllocateBehindEnd, file, Libc.FALLOC_FL_KEEP_SIZE, offset, lengthInBytes))
            && TryAllocate(FaultPoint.Allocate, file, 0, offset, lengthInBytes);
    }

    private static bool TryAllocate(FaultPoint at, FileHandle file, int mode, long offset, long lengthInBytes)
    {
        if (Libc.Allocate(at, file, mode, offset, lengthInBytes) == 0)
            return true;
        int error = Marshal.GetLastPInvokeError();
        if (error == Libc.EOPNOTSUPP)
            return mode != 0 || TryWriteZeros(file, offset, offset + lengthInBytes);
        GiveBack(file, offset);
        Marshal.SetLastPInvokeError(error);
        return false;
    }

    /// <summary>Fills the holes of a file beyond what was filled before.</summary>
    /// <exception cref="OutOfSpaceException">There is no room.</exception>
    public static void FillHoles(FileHandle file, in Libc.Status status, long from, string name)
    {
        if (IsSolidInMemory(file, status) || from >= status.LengthInBytes)
            return;

        // A file system that can't allocate promises no room to anybody; docs/Locking.md, "Limits".
        if (Libc.Allocate(FaultPoint.FillHoles, file, 0, from, status.LengthInBytes - from) != 0
            && Marshal.GetLastPInvokeError() != Libc.EOPNOTSUPP)
        {
            throw SystemError.Last("allocate the holes of", name);
        }
    }

    /// <summary>Up to where a file can be read through a mapping though nobody can fill its holes.</summary>
    /// <remarks>
    /// Only in memory do holes take room when they are read. There, what was allocated and never written counts as a hole
    /// in a file that has others.
    /// </remarks>
    public static long ReadableLength(FileHandle file, in Libc.Status status, long from)
    {
        if (IsSolidInMemory(file, status) || !Libc.IsInMemory(FaultPoint.AskForFileSystemOfReader, file))
            return status.LengthInBytes;
        long hole = Libc.Seek(FaultPoint.FindHole, file, from, Libc.SEEK_HOLE);
        return hole < 0 ? status.LengthInBytes : Math.Min(hole, status.LengthInBytes);
    }

    /// <summary>
    /// Whether a file is known to have no holes. On a disk the number of blocks does not tell, since some of them hold where
    /// the others are; but there allocating again costs nothing.
    /// </summary>
    private static bool IsSolidInMemory(FileHandle file, in Libc.Status status)
    {
        const int blockBytes = 512;
        return (long)status.Blocks512 * blockBytes >= status.LengthInBytes && Libc.IsInMemory(FaultPoint.AskForFileSystemOfSolid, file);
    }

    /// <summary>
    /// Some file systems keep what they had allocated beyond the end of the file when they ran out of room; this does not
    /// change the length.
    /// </summary>
    private static void GiveBack(FileHandle file, long end)
    {
        if (Libc.Stat(FaultPoint.ExamineToGiveBack, file, out Libc.Status status) == 0 && status.LengthInBytes == end)
            _ = Libc.Truncate(FaultPoint.GiveBack, file, end); // Failing, it leaves less room to others, and nothing else.
    }

    /// <summary>Allocates by writing, on file systems that can't do it otherwise.</summary>
    private static bool TryWriteZeros(FileHandle file, long start, long end)
    {
        byte[] zeros = new byte[ZerosAtATime];
        for (long position = start; position < end;)
        {
            int count = (int)Math.Min(zeros.Length, end - position);
            int written = Libc.Write(FaultPoint.WriteZeros, file, zeros.AsSpan(0, count), position);
            if (written < 0)
                return false;
            position += written;
        }

        return true;
    }
}

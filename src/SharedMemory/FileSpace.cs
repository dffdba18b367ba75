using System.Runtime.InteropServices;

namespace Netshm;

/// <summary>Gives files blocks before they are mapped, so that a full file system is an error and not a SIGBUS.</summary>
internal static class FileSpace
{
    private const int ZerosAtATime = 1 << 16;

    /// <summary>Allocates blocks for a range.</summary>
    /// <exception cref="OutOfSpaceException">There is no room.</exception>
    public static void Allocate(int descriptor, long offset, long lengthInBytes, string name)
    {
        if (!TryAllocate(descriptor, offset, lengthInBytes))
            throw SystemError.Last($"allocate {lengthInBytes} bytes for", name);
    }

    /// <summary>Allocates blocks for a range; false, with the error number set, when that fails.</summary>
    /// <remarks>Beyond the end of the file, where nobody else makes it longer meanwhile.</remarks>
    public static bool TryAllocate(int descriptor, long offset, long lengthInBytes)
    {
        if ((ulong)(offset + lengthInBytes) > Libc.FileSizeLimit)
        {
            Marshal.SetLastPInvokeError(Libc.EFBIG);
            return false;
        }

        // On a disk the length comes last: where there is no room, ext4 makes a file as long as it can, and others may map it.
        return (Libc.IsInMemory(descriptor) || TryAllocate(descriptor, Libc.FALLOC_FL_KEEP_SIZE, offset, lengthInBytes))
            && TryAllocate(descriptor, 0, offset, lengthInBytes);
    }

    private static bool TryAllocate(int descriptor, int mode, long offset, long lengthInBytes)
    {
        while (Libc.Allocate(descriptor, mode, offset, lengthInBytes) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EINTR:
                    continue;
                case Libc.EOPNOTSUPP:
                    return mode != 0 || TryWriteZeros(descriptor, offset, offset + lengthInBytes);
                case var error:
                    GiveBack(descriptor, offset);
                    Marshal.SetLastPInvokeError(error);
                    return false;
            }
        }

        return true;
    }

    /// <summary>Fills the holes of a file beyond what was filled before.</summary>
    /// <exception cref="OutOfSpaceException">There is no room.</exception>
    public static void FillHoles(int descriptor, in Libc.Status status, long from, string name)
    {
        if (IsSolidInMemory(descriptor, status) || from >= status.LengthInBytes)
            return;
        while (Libc.Allocate(descriptor, 0, from, status.LengthInBytes - from) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EINTR:
                    continue;
                case Libc.EOPNOTSUPP:
                    return; // Such a file system promises no room to anybody; docs/Locking.md, "Limits".
                default:
                    throw SystemError.Last("allocate the holes of", name);
            }
        }
    }

    /// <summary>Up to where a file can be read through a mapping though nobody can fill its holes.</summary>
    /// <remarks>
    /// Only in memory do holes take room when they are read. There, what was allocated and never written counts as a hole
    /// in a file that has others.
    /// </remarks>
    public static long ReadableLength(int descriptor, in Libc.Status status, long from)
    {
        if (IsSolidInMemory(descriptor, status) || !Libc.IsInMemory(descriptor))
            return status.LengthInBytes;
        long hole = Libc.Seek(descriptor, from, Libc.SEEK_HOLE);
        return hole < 0 ? status.LengthInBytes : Math.Min(hole, status.LengthInBytes);
    }

    /// <summary>
    /// Whether a file is known to have no holes. On a disk the number of blocks does not tell, since some of them hold where
    /// the others are; but there allocating again costs nothing.
    /// </summary>
    private static bool IsSolidInMemory(int descriptor, in Libc.Status status)
    {
        const int blockBytes = 512;
        return (long)status.Blocks512 * blockBytes >= status.LengthInBytes && Libc.IsInMemory(descriptor);
    }

    /// <summary>
    /// Some file systems keep what they had allocated beyond the end of the file when they ran out of room; this does not
    /// change the length.
    /// </summary>
    private static void GiveBack(int descriptor, long end)
    {
        if (Libc.Stat(descriptor, out Libc.Status status) == 0 && status.LengthInBytes == end)
            _ = Libc.Truncate(descriptor, end); // Failing, it leaves less room to others, and nothing else.
    }

    /// <summary>Allocates by writing, on file systems that can't do it otherwise.</summary>
    private static bool TryWriteZeros(int descriptor, long start, long end)
    {
        byte[] zeros = new byte[ZerosAtATime];
        for (long position = start; position < end;)
        {
            int count = (int)Math.Min(zeros.Length, end - position);
            int written = Libc.Write(descriptor, zeros.AsSpan(0, count), position);
            if (written < 0)
                return false;
            position += written;
        }

        return true;
    }
}

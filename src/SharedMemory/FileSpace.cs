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
    /// <remarks>Beyond the end of the file, or the range must not hold anything yet.</remarks>
    public static bool TryAllocate(int descriptor, long offset, long lengthInBytes)
    {
        while (Libc.Allocate(descriptor, 0, offset, lengthInBytes) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case Libc.EINTR:
                    continue;
                case Libc.EOPNOTSUPP:
                    return TryWriteZeros(descriptor, offset, offset + lengthInBytes);
                default:
                    return false;
            }
        }

        return true;
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

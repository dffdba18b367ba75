using System.Runtime.InteropServices;

namespace Netshm;

/// <summary>fcntl(2) record locks on ranges of bytes of a lock file.</summary>
/// <remarks>
/// The bytes need not exist. The original locks byte (page number × page size in words) for a page; bytes from
/// <see cref="FirstReserved"/> on are this library's own and invisible to it.
/// </remarks>
internal static class ByteRangeLock
{
    /// <summary>The first byte that can't belong to a page.</summary>
    public const long FirstReserved = 1L << 62;

    private const int YieldingTries = 30;
    private const int EagerTries = 50;
    private const uint ShortPauseInMicroseconds = 50;
    private const uint LongPauseInMicroseconds = 500;

    /// <summary>Takes a lock if it is free; false when another process has it.</summary>
    public static bool TryLock(SharedDescriptor file, short type, long start, long lengthInBytes, string name)
    {
        if (Call(FaultPoint.TryRangeLock, file, Libc.F_SETLK, type, start, lengthInBytes) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EACCES ? false : throw SystemError.Last("lock", name);
    }

    /// <summary>Whether another process holds a lock, of whatever type, on a byte.</summary>
    public static bool IsHeldByOthers(SharedDescriptor file, long position, string name)
    {
        var range = new Libc.Flock { Type = Libc.F_WRLCK, Start = position, Length = 1 };
        return Libc.RecordLock(FaultPoint.ExamineRangeLock, file.Descriptor, Libc.F_GETLK, ref range) == 0
            ? range.Type != Libc.F_UNLCK
            : throw SystemError.Last("examine the locks of", name);
    }

    /// <summary>Takes a lock, waiting for it.</summary>
    /// <exception cref="DeadlockException">The kernel found a cycle of waiting processes; only without deadline.</exception>
    /// <exception cref="LockTimeoutException">The deadline has passed.</exception>
    public static void Lock(
        SharedDescriptor file, short type, long start, long lengthInBytes, Deadline deadline, string name)
    {
        if (deadline.IsNever)
            LockWithoutDeadline(file, type, start, lengthInBytes, name);
        else
            LockByPolling(file, type, start, lengthInBytes, deadline, name);
    }

    public static void Unlock(SharedDescriptor file, long start, long lengthInBytes, string name)
    {
        if (Call(FaultPoint.ReleaseRangeLock, file, Libc.F_SETLK, Libc.F_UNLCK, start, lengthInBytes) != 0)
            throw SystemError.Last("unlock", name);
    }

    private static void LockWithoutDeadline(
        SharedDescriptor file, short type, long start, long lengthInBytes, string name)
    {
        if (Call(FaultPoint.WaitForRangeLock, file, Libc.F_SETLKW, type, start, lengthInBytes) == 0)
            return;
        throw Marshal.GetLastPInvokeError() == Libc.EDEADLK
            ? new DeadlockException(
                $"{name}: another process waits for a lock of this one while it has the lock wanted here")
            : SystemError.Last("lock", name);
    }

    /// <summary>
    /// Waits with a deadline, which the kernel has no call for but by signals, and those belong to the application.
    /// </summary>
    private static void LockByPolling(
        SharedDescriptor file, short type, long start, long lengthInBytes, Deadline deadline, string name)
    {
        for (int attempt = 0; !TryLock(file, type, start, lengthInBytes, name); attempt++)
        {
            if (deadline.HasPassed)
                throw new LockTimeoutException($"{name}: another process held the lock until the deadline");
            if (attempt < YieldingTries)
                Thread.Yield(); // Most locks are held for a few microseconds, less than it takes to be woken.
            else
                _ = Libc.SleepMicroseconds(attempt < EagerTries ? ShortPauseInMicroseconds : LongPauseInMicroseconds);
        }
    }

    private static int Call(
        FaultPoint at, SharedDescriptor file, int command, short type, long start, long lengthInBytes)
    {
        if (type != Libc.F_UNLCK)
            Seam.Reached(SeamKind.Store);
        var range = new Libc.Flock { Type = type, Start = start, Length = lengthInBytes };
        return Libc.RecordLock(at, file.Descriptor, command, ref range);
    }
}

namespace Netshm.Locking;

/// <summary>fcntl(2) locks on ranges of bytes of a lock file.</summary>
/// <remarks>
/// The bytes need not exist. The original locks byte (page number × page size in words) for a page, by record locks that
/// belong to the process. Bytes from <see cref="FirstReserved"/> on are this library's own and invisible to it: the open
/// file holds their locks, so nothing that the process does with other descriptors of the file drops them.
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
        if (Call(FaultPoint.TryRangeLock, file, isWaiting: false, type, start, lengthInBytes) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is Libc.EAGAIN or Libc.EACCES ? false : throw SystemError.Last("lock", name);
    }

    /// <summary>Whether another process holds a lock, of whatever type, on a byte.</summary>
    public static bool IsHeldByOthers(SharedDescriptor file, long position, string name) =>
        TryGetHolder(file, Libc.F_WRLCK, position, 1, out int? holder)
            ? holder is not null
            : throw SystemError.Last("examine the locks of", name);

    /// <summary>
    /// The process that stands against a lock: 0 when it is of another PID namespace, -1 when the lock is an open file's; null
    /// when there is none now.
    /// </summary>
    public static int? HolderOf(SharedDescriptor file, short type, long start, long lengthInBytes) =>
        TryGetHolder(file, type, start, lengthInBytes, out int? holder) ? holder : null;

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
        if (start >= FirstReserved)
            file.UnlockEverywhere(start, lengthInBytes); // The file may have been opened more widely since.
        else if (Call(FaultPoint.ReleaseRangeLock, file, isWaiting: false, Libc.F_UNLCK, start, lengthInBytes) != 0)
            throw SystemError.Last("unlock", name);
    }

    private static void LockWithoutDeadline(
        SharedDescriptor file, short type, long start, long lengthInBytes, string name)
    {
        if (Call(FaultPoint.WaitForRangeLock, file, isWaiting: true, type, start, lengthInBytes) == 0)
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
            {
                throw new LockTimeoutException(
                    $"{name}: {LockHolder.Describe(file, type, start, lengthInBytes)} held the lock until the deadline");
            }

            if (attempt < YieldingTries)
                Thread.Yield(); // Most locks are held for a few microseconds, less than it takes to be woken.
            else
                _ = Libc.SleepMicroseconds(attempt < EagerTries ? ShortPauseInMicroseconds : LongPauseInMicroseconds);
        }
    }

    private static bool TryGetHolder(
        SharedDescriptor file, short type, long start, long lengthInBytes, out int? holder)
    {
        var range = new Libc.Flock { Type = type, Start = start, Length = lengthInBytes };
        int command = start >= FirstReserved ? Libc.F_OFD_GETLK : Libc.F_GETLK;
        bool isKnown = Libc.RecordLock(FaultPoint.ExamineRangeLock, file.Descriptor, command, ref range) == 0;
        holder = range.Type == Libc.F_UNLCK ? null : range.ProcessId;
        return isKnown;
    }

    private static int Call(
        FaultPoint at, SharedDescriptor file, bool isWaiting, short type, long start, long lengthInBytes)
    {
        if (type != Libc.F_UNLCK)
            Seam.Reached(SeamKind.Store);
        int command = start >= FirstReserved
            ? isWaiting ? Libc.F_OFD_SETLKW : Libc.F_OFD_SETLK
            : isWaiting ? Libc.F_SETLKW : Libc.F_SETLK;
        var range = new Libc.Flock { Type = type, Start = start, Length = lengthInBytes };
        return Libc.RecordLock(at, file.Descriptor, command, ref range);
    }
}

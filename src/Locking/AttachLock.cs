namespace Netshm.Locking;

/// <summary>The bytes of a lock file by which this library's processes see each other attach to a table.</summary>
internal sealed class AttachLock : IDisposable
{
    private const long CreationByte = ByteRangeLock.FirstReserved;
    private const long RecordByte = ByteRangeLock.FirstReserved + 1;
    private const long FutexByte = ByteRangeLock.FirstReserved + 2;
    private const long NoneByte = ByteRangeLock.FirstReserved + 3;
    private const int UseBytes = (int)(NoneByte - RecordByte) + 1;

    private readonly SharedDescriptor _file;
    private readonly long _firstByte;
    private readonly int _count;
    private readonly string _name;

    private AttachLock(SharedDescriptor file, long firstByte, int count, string name)
    {
        _file = file;
        _firstByte = firstByte;
        _count = count;
        _name = name;
    }

    /// <summary>Held while a process finds out what a file holds and initialises it, comes or goes: one at a time.</summary>
    /// <param name="file">The lock file; the threads of this process take turns on it.</param>
    /// <param name="writable">Whether the file is open for writing; otherwise it only keeps initialisers out.</param>
    /// <param name="deadline">Until when to wait.</param>
    /// <param name="name">The table, for messages.</param>
    public static AttachLock TakeForCreation(SharedDescriptor file, bool writable, Deadline deadline, string name)
    {
        deadline.Enter(file.CreationMonitor, name, probe: null);
        try
        {
            short type = writable ? Libc.F_WRLCK : Libc.F_RDLCK;
            ByteRangeLock.Lock(file, type, CreationByte, 1, deadline, name);
            return new AttachLock(file, CreationByte, 1, name);
        }
        catch
        {
            Monitor.Exit(file.CreationMonitor);
            throw;
        }
    }

    /// <summary>Held, shared, by each process for as long as it has the table open with this method.</summary>
    public static AttachLock Take(SharedDescriptor file, LockingMethod locking, Deadline deadline, string name)
    {
        ByteRangeLock.Lock(file, Libc.F_RDLCK, ByteOf(locking), 1, deadline, name);
        file.IsAttached = true;
        return new AttachLock(file, ByteOf(locking), 1, name);
    }

    /// <summary>Whether another process has the table open with this method.</summary>
    public static bool IsTakenByOthers(SharedDescriptor file, LockingMethod locking, string name) =>
        ByteRangeLock.IsHeldByOthers(file, ByteOf(locking), name);

    /// <summary>Makes sure that nobody has the table open, and keeps it so; null when somebody has.</summary>
    public static AttachLock? TryTakeAlone(SharedDescriptor file, string name) =>
        !file.IsAttached && ByteRangeLock.TryLock(file, Libc.F_WRLCK, RecordByte, UseBytes, name)
            ? new AttachLock(file, RecordByte, UseBytes, name)
            : null;

    /// <summary>Who else has the table open with a method, in words; null when nobody has.</summary>
    public static string? DescribeUser(SharedDescriptor file, LockingMethod locking) =>
        ByteRangeLock.HolderOf(file, Libc.F_WRLCK, ByteOf(locking), 1) is null
            ? null
            : LockHolder.Describe(file, Libc.F_WRLCK, ByteOf(locking), 1);

    /// <summary>Releases the bytes.</summary>
    public void Dispose()
    {
        if (_firstByte != CreationByte && _count == 1)
            _file.IsAttached = false;
        try
        {
            ByteRangeLock.Unlock(_file, _firstByte, _count, _name);
        }
        finally
        {
            if (_firstByte == CreationByte)
                Monitor.Exit(_file.CreationMonitor);
        }
    }

    private static long ByteOf(LockingMethod locking) => locking switch
    {
        LockingMethod.Futex => FutexByte,
        LockingMethod.None => NoneByte,
        _ => RecordByte,
    };
}

namespace Netshm;

/// <summary>The bytes of a lock file by which this library's processes see each other attach to a table.</summary>
internal sealed class AttachLock : IDisposable
{
    private const long CreationByte = ByteRangeLock.FirstReserved;
    private const long AttachedByte = ByteRangeLock.FirstReserved + 1;

    private readonly SharedDescriptor _file;
    private readonly long _byte;
    private readonly string _name;

    private AttachLock(SharedDescriptor file, long lockedByte, string name)
    {
        _file = file;
        _byte = lockedByte;
        _name = name;
    }

    /// <summary>Held while a process finds out what a file holds and initialises it: one at a time.</summary>
    /// <param name="file">The lock file.</param>
    /// <param name="writable">Whether the file is open for writing; otherwise it only keeps initialisers out.</param>
    /// <param name="deadline">Until when to wait.</param>
    /// <param name="name">The table, for messages.</param>
    public static AttachLock TakeForCreation(SharedDescriptor file, bool writable, Deadline deadline, string name)
    {
        short type = writable ? Libc.F_WRLCK : Libc.F_RDLCK;
        ByteRangeLock.Lock(file, type, CreationByte, 1, deadline, name);
        return new AttachLock(file, CreationByte, name);
    }

    /// <summary>Held, shared, by each process for as long as it has the table open.</summary>
    public static AttachLock Take(SharedDescriptor file, Deadline deadline, string name)
    {
        ByteRangeLock.Lock(file, Libc.F_RDLCK, AttachedByte, 1, deadline, name);
        file.IsAttached = true;
        return new AttachLock(file, AttachedByte, name);
    }

    /// <summary>Makes sure that nobody has the table open, and keeps it so; null when somebody has.</summary>
    public static AttachLock? TryTakeAlone(SharedDescriptor file, string name) =>
        !file.IsAttached && ByteRangeLock.TryLock(file, Libc.F_WRLCK, AttachedByte, 1, name)
            ? new AttachLock(file, AttachedByte, name)
            : null;

    /// <summary>Releases the byte.</summary>
    public void Dispose()
    {
        if (_byte == AttachedByte)
            _file.IsAttached = false;
        ByteRangeLock.Unlock(_file, _byte, 1, _name);
    }
}

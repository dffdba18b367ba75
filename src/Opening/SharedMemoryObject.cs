using System.Security.Cryptography;
using System.Text;

namespace Netshm;

/// <summary>An open shared-memory object (the original's <c>shm_descr</c>).</summary>
/// <remarks>
/// Members may be called from any thread. An object may be opened several times in one process: the file descriptor
/// is shared, since closing any descriptor of a file would drop the process's record locks on it.
/// </remarks>
public sealed class SharedMemoryObject : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int MaxUniqueTries = 1000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private const string UniqueCharacters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    private readonly SharedDescriptor _lockFile;
    private readonly SharedDescriptor _memory;
    private int _closed;

    private SharedMemoryObject(SharedMemoryName name, SharedDescriptor lockFile, SharedDescriptor memory, bool writable)
    {
        Name = name;
        _lockFile = lockFile;
        _memory = memory;
        IsWritable = writable;
    }

    /// <summary>The types this system supports (the original's <c>supported_types</c>).</summary>
    public static IReadOnlyList<SharedMemoryType> SupportedTypes { get; } =
        Directory.Exists(SharedMemoryFileSystem.Directory)
            ? [SharedMemoryType.Posix, SharedMemoryType.File]
            : [SharedMemoryType.File];

    /// <summary>The object's name (the original's <c>name_of_shm</c>); of a unique object, the one it got.</summary>
    public SharedMemoryName Name { get; }

    /// <summary>The object's length in bytes, as it is now.</summary>
    /// <exception cref="ObjectDisposedException">The object is closed.</exception>
    public long Length => Memory.Status.LengthInBytes;

    /// <summary>Whether it was opened for writing.</summary>
    internal bool IsWritable { get; }

    /// <summary>The open file that carries the locks.</summary>
    internal SharedDescriptor LockFile => IfOpen(_lockFile);

    /// <summary>The open file that holds the memory.</summary>
    internal SharedDescriptor Memory => IfOpen(_memory);

    /// <summary>Opens a shared-memory object (the original's <c>open_shm</c>).</summary>
    /// <param name="name">The object's name.</param>
    /// <param name="mode">
    /// <see cref="FileMode.Open"/>, <see cref="FileMode.OpenOrCreate"/> (O_CREAT), <see cref="FileMode.CreateNew"/>
    /// (O_CREAT and O_EXCL), <see cref="FileMode.Create"/> (O_CREAT and O_TRUNC) or <see cref="FileMode.Truncate"/>
    /// (O_TRUNC). An object is never truncated while a process is seen to use a table in it.
    /// </param>
    /// <param name="access"><see cref="FileAccess.Read"/> (O_RDONLY) or <see cref="FileAccess.ReadWrite"/>.</param>
    /// <param name="permissions">The permissions of a new object, given exactly, whatever the umask.</param>
    /// <exception cref="FileNotFoundException">The object does not exist and was not to be created.</exception>
    /// <exception cref="UnauthorizedAccessException">
    /// The permissions do not allow it; or the directory of a <see cref="SharedMemoryName.Local"/> name is not the user's own.
    /// </exception>
    /// <exception cref="UntrustedFileException">
    /// Something else than a regular file with one name lies there, or a companion of somebody who may not modify the object.
    /// </exception>
    /// <exception cref="IOException">It exists and was to be new.</exception>
    /// <exception cref="InvalidTableOperationException">
    /// A table in it is in use, and it was to be truncated. The message says who uses it, as far as that is known.
    /// </exception>
    /// <exception cref="LockTimeoutException">
    /// It was to be truncated, and another process has been opening or leaving it for 10 seconds.
    /// </exception>
    /// <exception cref="OutOfSpaceException">There is no room to create it.</exception>
    public static SharedMemoryObject Open(
        SharedMemoryName name,
        FileMode mode = FileMode.OpenOrCreate,
        FileAccess access = FileAccess.ReadWrite,
        UnixFileMode permissions = OwnerOnly)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (mode is not (>= FileMode.CreateNew and <= FileMode.Truncate))
            throw new ArgumentOutOfRangeException(nameof(mode), mode, "a shared-memory object can't be opened so");
        if (access is not (FileAccess.Read or FileAccess.ReadWrite))
            throw new ArgumentOutOfRangeException(nameof(access), access, "a mapping needs read access");
        bool writable = access == FileAccess.ReadWrite;
        if (!writable && mode is FileMode.Create or FileMode.Truncate)
            throw new ArgumentException("truncating needs write access", nameof(access));

        name.EnsureDirectory(mayCreate: mode is not (FileMode.Open or FileMode.Truncate));
        SharedDescriptor lockFile =
            SharedDescriptor.Open(name.LockPath, mode, writable, permissions, out bool createdLockFile);
        SharedMemoryObject? opened = null;
        bool createdMemory = false;
        try
        {
            SharedDescriptor memory = name.Type == SharedMemoryType.File
                ? lockFile.Share()
                : SharedDescriptor.Open(name.MemoryPath, mode, writable, permissions, out createdMemory);
            opened = new SharedMemoryObject(name, lockFile, memory, writable);
            TrustedFile.ThrowIfOfStranger(name.LockPath, lockFile.Status, memory.Status);
            if (mode is FileMode.Create or FileMode.Truncate && opened.Length > 0)
                opened.Truncate();
            if (name.Type == SharedMemoryType.Posix && writable)
                opened.DescribeCompanion();
            return opened;
        }
        catch
        {
            var cleanUp = default(CleanUp);
            cleanUp.Step(() => Withdraw(name, lockFile, createdLockFile, createdMemory));
            cleanUp.Step(opened is null ? lockFile.Release : opened.Dispose);
            throw; // What can't be removed stays, empty: the error at hand tells more than one about the clean-up would.
        }
    }

    /// <summary>
    /// Creates an object under a name of its own (the original's <c>create_unique_shm</c>): every upper-case X in
    /// the last component of the pattern is replaced by a random digit or letter.
    /// </summary>
    /// <param name="pattern">The pattern, as in <c>file:/tmp/table.XXXXXX</c>.</param>
    /// <param name="permissions">The permissions, given exactly.</param>
    /// <exception cref="IOException">No free name was found in 1000 tries.</exception>
    public static SharedMemoryObject CreateUnique(SharedMemoryName pattern, UnixFileMode permissions = OwnerOnly)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        for (int attempt = 1; ; attempt++)
        {
            SharedMemoryName name =
                pattern.ReplaceX(() => UniqueCharacters[RandomNumberGenerator.GetInt32(UniqueCharacters.Length)]);
            try
            {
                return Open(name, FileMode.CreateNew, FileAccess.ReadWrite, permissions);
            }
            catch (IOException) when (attempt < MaxUniqueTries && Exists(name))
            {
                // Somebody else has this name: draw another one.
            }
        }
    }

    /// <summary>Removes the name, and the sidecar with it, from the system (the original's <c>unlink_shm</c>).</summary>
    /// <remarks>
    /// Processes that have the object open keep it until they close it. Where the lock file can be opened for writing, no
    /// process opens or creates a table under this name meanwhile.
    /// </remarks>
    /// <exception cref="FileNotFoundException">A part of it does not exist; the other part is removed.</exception>
    /// <exception cref="LockTimeoutException">
    /// A process that opens or closes a table under this name has been stopped in the middle of it for 10 seconds.
    /// </exception>
    public static void Unlink(SharedMemoryName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        name.EnsureDirectory(mayCreate: false);

        // Where the lock file is missing one is made for the time being: without its lock, what others make of this name
        // meanwhile would be removed in part.
        while (SharedDescriptor.TryOpenOrCreate(name.LockPath, out bool created) is { } lockFile)
        {
            try
            {
                using AttachLock creating =
                    AttachLock.TakeForCreation(lockFile, true, Deadline.After(s_patience), name.ToString());

                // Somebody else may have removed it while we waited; then the lock is one on a file without a name.
                if (lockFile.IsAt(name.LockPath))
                {
                    UnlinkAll(name, IdOf(name, lockFile));
                    if (created)
                        throw SystemError.From(Libc.ENOENT, "remove", name.LockPath);
                    return;
                }
            }
            finally
            {
                lockFile.Release();
            }
        }

        UnlinkAll(name, tableId: 0);
    }

    /// <summary>
    /// Sets the permissions of the object, its companion and its sidecar (the original's <c>chmod_shm</c>).
    /// </summary>
    /// <exception cref="UnauthorizedAccessException">The caller doesn't own them.</exception>
    public void SetPermissions(UnixFileMode mode)
    {
        LockFile.SetPermissions(mode);
        Memory.SetPermissions(mode);
        SidecarFile.WithExisting(Name, sidecar => sidecar.SetPermissions(mode));
    }

    /// <summary>
    /// Sets user and group of the object, its companion and its sidecar (the original's <c>chown_shm</c>).
    /// </summary>
    /// <param name="userId">The user's number, or -1 to leave it.</param>
    /// <param name="groupId">The group's number, or -1 to leave it.</param>
    /// <exception cref="UnauthorizedAccessException">The caller may not do that.</exception>
    public void SetOwner(int userId, int groupId)
    {
        LockFile.SetOwner(userId, groupId);
        Memory.SetOwner(userId, groupId);
        SidecarFile.WithExisting(Name, sidecar => sidecar.SetOwner(userId, groupId));
    }

    /// <summary>Closes the object (the original's <c>close_shm</c>); it goes on to exist.</summary>
    /// <remarks>A table that is managed on it keeps what it needs until it is disposed itself.</remarks>
    public void Close()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        _memory.Release(); // Which does not fail.
        _lockFile.Release();
    }

    /// <inheritdoc cref="Close"/>
    public void Dispose() => Close();

    private static bool Exists(SharedMemoryName name) =>
        Libc.Stat(FaultPoint.LookForLockFile, name.LockPath, out _) == 0
        || Libc.Stat(FaultPoint.LookForMemory, name.MemoryPath, out _) == 0;

    /// <summary>
    /// Removes what was created for an object that could not be opened after all, unless somebody else has come to use it.
    /// </summary>
    /// <remarks>Who has only opened it by now finds out when a table is to be managed on it.</remarks>
    private static void Withdraw(SharedMemoryName name, SharedDescriptor lockFile, bool createdLockFile, bool createdMemory)
    {
        if (!createdLockFile)
            return;
        string text = name.ToString();
        var deadline = Deadline.After(s_patience);
        using AttachLock creating =
            Uninterrupted.Wait(() => AttachLock.TakeForCreation(lockFile, true, deadline, text));
        using AttachLock? alone = AttachLock.TryTakeAlone(lockFile, text);
        if (alone is null || !lockFile.IsAt(name.LockPath))
            return;
        if (createdMemory)
            _ = Libc.Unlink(FaultPoint.WithdrawMemory, name.MemoryPath);
        _ = Libc.Unlink(FaultPoint.WithdrawLockFile, name.LockPath);
    }

    /// <summary>Empties the object, unless a table is open on it: its users would be killed by SIGBUS.</summary>
    private void Truncate()
    {
        string name = Name.ToString();

        // Under the creation lock, since a process that opens a table maps it before it says that it has it open.
        using AttachLock creating = AttachLock.TakeForCreation(LockFile, true, Deadline.After(s_patience), name);
        using var sole = SoleUse.Take(Name, LockFile, "truncated");
        MasterView master = TableInspection.ReadMaster(Memory);
        if (!master.HasPartOfMagic)
        {
            throw new IOException(
                $"cannot truncate {Name}: it holds something else than a table. Nothing was changed; move it away, or remove it");
        }

        _ = SidecarFile.TryRemoveWithTable(Name, master.TableId); // What is left of it is in nobody's way.
        Memory.Truncate();
    }

    /// <summary>The number of the table that lies at a name; 0 when it can't be told.</summary>
    private static long IdOf(SharedMemoryName name, SharedDescriptor lockFile)
    {
        SharedDescriptor? memory = name.Type == SharedMemoryType.File
            ? lockFile.Share()
            : SharedDescriptor.TryOpenExisting(name.MemoryPath);
        if (memory is null)
            return 0;
        try
        {
            return TableInspection.ReadMaster(memory).TableId;
        }
        finally
        {
            memory.Release();
        }
    }

    /// <summary>Writes what the companion stands for into it, as the original does, once.</summary>
    private void DescribeCompanion()
    {
        if (LockFile.Status.LengthInBytes != 0 || Length != 0)
            return;
        string objectName = Path.GetFileName(Name.MemoryPath);
        LockFile.WriteHead(Encoding.ASCII.GetBytes($"R POSIX_SHM \"{Escape("/" + objectName)}\"\n"));
    }

    private static void UnlinkAll(SharedMemoryName name, long tableId)
    {
        // The sidecar first: as long as the table is at its path nobody can create another one there, whose sidecar it
        // would be. The lock file last, for the same reason.
        Exception? failure = SidecarFile.TryRemoveWithTable(name, tableId);
        string[] paths = name.Type == SharedMemoryType.File ? [name.LockPath] : [name.MemoryPath, name.LockPath];
        foreach (string path in paths)
        {
            if (Libc.Unlink(FaultPoint.UnlinkTable, path) != 0)
                failure ??= SystemError.Last("remove", path);
        }

        if (failure is not null)
            throw failure;
    }

    /// <summary>Escapes a string as OCaml's <c>%S</c> does.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            _ = (char)b switch
            {
                '"' => escaped.Append("\\\""),
                '\\' => escaped.Append(@"\\"),
                '\n' => escaped.Append("\\n"),
                '\t' => escaped.Append("\\t"),
                '\r' => escaped.Append("\\r"),
                '\b' => escaped.Append("\\b"),
                >= ' ' and <= '~' and var printable => escaped.Append(printable),
                var other => escaped.Append(null, $"\\{(int)other:D3}"),
            };
        }

        return escaped.ToString();
    }

    private SharedDescriptor IfOpen(SharedDescriptor descriptor)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _closed) != 0, this);
        return descriptor;
    }
}

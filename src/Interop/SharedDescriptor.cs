namespace Netshm.Interop;

/// <summary>This process's one open file for an inode, shared by everything in the process that uses it.</summary>
/// <remarks>
/// fcntl(2) record locks belong to the process, and closing <i>any</i> descriptor of a file drops all of them. So a
/// file is opened once per access mode, and every descriptor ever opened on an inode is kept until the last user in
/// the process has let go of it.
/// </remarks>
internal sealed class SharedDescriptor
{
    private const int MaxCreationRaces = 100;

    private static readonly object s_sync = new();
    private static readonly Dictionary<FileIdentity, SharedDescriptor> s_open = [];

    private readonly List<FileHandle> _files = [];
    private readonly string _path;
    private int _references;
    private FileHandle? _readOnly;
    private FileHandle? _readWrite;

    private SharedDescriptor(string path, FileIdentity identity)
    {
        _path = path;
        Identity = identity;
    }

    public FileIdentity Identity { get; }

    /// <summary>Whether this process has a table open whose locks are on this file.</summary>
    public bool IsAttached { get; set; }

    /// <summary>Excludes threads of this process where a record lock excludes other processes.</summary>
    public object CreationMonitor { get; } = new();

    /// <summary>The open file with the widest access that was asked for so far.</summary>
    public FileHandle Descriptor => _readWrite ?? _readOnly!;

    public Libc.Status Status =>
        Libc.Stat(FaultPoint.ExamineFile, Descriptor, out Libc.Status status) == 0 ? status : throw SystemError.Last("examine", _path);

    /// <summary>
    /// Opens or creates a regular file, and says whether it was created; never truncates and never follows a symbolic
    /// link.
    /// </summary>
    /// <exception cref="UntrustedFileException">It is something else, or has another name.</exception>
    public static SharedDescriptor Open(
        string path, FileMode mode, bool writable, UnixFileMode permissions, out bool created)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            for (int attempt = 0; attempt < MaxCreationRaces; attempt++)
            {
                if (mode != FileMode.CreateNew && OpenExisting(path, writable) is { } existing)
                {
                    created = false;
                    return existing;
                }

                if (mode is FileMode.Open or FileMode.Truncate)
                    throw SystemError.From(Libc.ENOENT, "open", path);
                if (Create(path, permissions) is { } fresh)
                {
                    created = true;
                    return fresh;
                }

                if (mode == FileMode.CreateNew)
                    throw SystemError.From(Libc.EEXIST, "create", path);
            }
        }

        throw new IOException($"cannot open {path}: it is created and removed again all the time");
    }

    /// <summary>Opens a file for writing; null when it does not exist, or may not be opened so.</summary>
    public static SharedDescriptor? TryOpenExisting(string path)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            try
            {
                return OpenExisting(path, writable: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }

    /// <summary>Opens or creates a file for writing; null when that is not possible.</summary>
    public static SharedDescriptor? TryOpenOrCreate(string path, out bool created)
    {
        const UnixFileMode ownerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return Open(path, FileMode.OpenOrCreate, writable: true, ownerOnly, out created);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            created = false;
            return null;
        }
    }

    /// <summary>Does something to a file if it exists and may be opened for writing.</summary>
    public static void WithExisting(string path, Action<SharedDescriptor> action)
    {
        if (TryOpenExisting(path) is not { } file)
            return;
        try
        {
            action(file);
        }
        finally
        {
            file.Release();
        }
    }

    /// <summary>Whether a path leads to this very file.</summary>
    /// <exception cref="IOException">The path can't be examined.</exception>
    /// <exception cref="UnauthorizedAccessException">The path may not be examined.</exception>
    public bool IsAt(string path)
    {
        if (Libc.Stat(FaultPoint.ComparePath, path, out Libc.Status status) == 0)
            return Identity.IsOf(status);
        return Marshal.GetLastPInvokeError() == Libc.ENOENT ? false : throw SystemError.Last("examine", path);
    }

    /// <summary>Makes sure that a path still leads to this file.</summary>
    /// <param name="path">The path it was opened by.</param>
    /// <param name="table">The name of the table it belongs to.</param>
    /// <exception cref="IOException">The file was removed or replaced, or the path can't be examined.</exception>
    /// <exception cref="UnauthorizedAccessException">The path may not be examined.</exception>
    public void ThrowIfNotAt(string path, SharedMemoryName table)
    {
        if (!IsAt(path))
            throw new IOException($"{table}: it was removed or replaced while it was being opened");
    }

    /// <summary>Takes one more reference.</summary>
    public SharedDescriptor Share()
    {
        using (Uninterrupted.Enter(s_sync))
            _references++;
        return this;
    }

    /// <summary>Gives one reference back; the last one closes the file and with it drops the process's locks.</summary>
    public void Release()
    {
        using (Uninterrupted.Enter(s_sync))
        {
            if (--_references > 0)
                return;
            s_open.Remove(Identity);
            CopiesOfLibrary.EndOpen(Identity);
            foreach (FileHandle file in _files)
                file.Dispose();
        }
    }

    /// <summary>Drops the locks of this process's open files on bytes; those that hold none are left as they are.</summary>
    public void UnlockEverywhere(long start, long lengthInBytes)
    {
        foreach (FileHandle file in _files)
        {
            var range = new Libc.Flock { Type = Libc.F_UNLCK, Start = start, Length = lengthInBytes };
            _ = Libc.RecordLock(FaultPoint.ReleaseOwnBytes, file, Libc.F_OFD_SETLK, ref range); // It only takes away.
        }
    }

    public void SetPermissions(UnixFileMode permissions)
    {
        if (Libc.ChangeMode(FaultPoint.ChangeMode, Descriptor, (int)permissions) != 0)
            throw SystemError.Last("change the permissions of", _path);
    }

    public void SetOwner(int userId, int groupId)
    {
        if (Libc.ChangeOwner(FaultPoint.ChangeOwner, Descriptor, userId, groupId) != 0)
            throw SystemError.Last("change the owner of", _path);
    }

    public void Truncate()
    {
        if (Libc.Truncate(FaultPoint.TruncateFile, Descriptor, 0) != 0)
            throw SystemError.Last("truncate", _path);
    }

    /// <summary>Writes all the bytes at the start of the file.</summary>
    public void WriteHead(ReadOnlySpan<byte> bytes)
    {
        if ((ulong)bytes.Length > Libc.FileSizeLimit)
            throw SystemError.From(Libc.EFBIG, "write to", _path);
        if (Libc.Write(FaultPoint.WriteHead, Descriptor, bytes, 0) != bytes.Length)
            throw SystemError.Last("write to", _path);
    }

    /// <summary>Reads from a place in the file on.</summary>
    /// <returns>How many bytes there were.</returns>
    public int ReadAt(long offset, Span<byte> bytes)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            int read = Libc.Read(FaultPoint.ReadHead, Descriptor, bytes[done..], offset + done);
            if (read < 0)
                throw SystemError.Last("read", _path);
            if (read == 0)
                break;
            done += read;
        }

        return done;
    }

    private static SharedDescriptor? OpenExisting(string path, bool writable)
    {
        // Looking before opening spares a second descriptor where the file is open already.
        if (Libc.Stat(FaultPoint.LookForOpenFile, path, out Libc.Status status) == 0)
        {
            var identity = FileIdentity.Of(status);
            if (!s_open.TryGetValue(identity, out SharedDescriptor? known))
            {
                CopiesOfLibrary.ThrowIfRecordLocked(identity, path);
            }
            else if (known.Has(writable))
            {
                TrustedFile.ThrowIfUnfit(path, status);
                known._references++;
                return known;
            }
        }

        return TrustedFile.TryOpen(path, writable) is { } file ? Adopt(path, file, writable) : null;
    }

    private static SharedDescriptor? Create(string path, UnixFileMode permissions)
    {
        const int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC;
        FileHandle file = Libc.Open(FaultPoint.CreateFile, path, flags | Libc.O_NOFOLLOW, (int)permissions);
        if (file.IsInvalid)
            return Marshal.GetLastPInvokeError() == Libc.EEXIST ? null : throw SystemError.Last("create", path);

        SharedDescriptor created = Adopt(path, file, writable: true);
        try
        {
            // The umask may have taken bits away.
            created.SetPermissions(permissions);
            return created;
        }
        catch
        {
            created.Release();
            throw;
        }
    }

    private static SharedDescriptor Adopt(string path, FileHandle file, bool writable)
    {
        if (Libc.Stat(FaultPoint.ExamineAdoptedFile, file, out Libc.Status status) != 0)
        {
            Exception failure = SystemError.Last("examine", path);
            file.Dispose();
            throw failure;
        }

        FileIdentity identity = FileIdentity.Of(status);
        if (!s_open.TryGetValue(identity, out SharedDescriptor? shared))
        {
            s_open.Add(identity, shared = new SharedDescriptor(path, identity));
            CopiesOfLibrary.BeginOpen(identity);
        }

        shared._references++;
        shared._files.Add(file);
        try
        {
            TrustedFile.ThrowIfUnfit(path, status);
        }
        catch
        {
            // Not just closed: it may be a new name of a table that this process has open.
            shared.Release();
            throw;
        }

        if (writable)
            shared._readWrite = file;
        else
            shared._readOnly = file;
        return shared;
    }

    private bool Has(bool writable) => _readWrite is not null || (!writable && _readOnly is not null);
}

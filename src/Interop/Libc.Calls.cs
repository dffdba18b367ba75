namespace Netshm.Interop;

/// <content>What is called, each call at a <see cref="FaultPoint"/>.</content>
/// <remarks>A call that a signal interrupts is made again, but for those that only wait.</remarks>
internal static unsafe partial class Libc
{
    private static void* NoAddress => (void*)-1;

    /// <summary>The length beyond which this process may not write a file; growing one further would kill it (SIGXFSZ).</summary>
    public static ulong FileSizeLimit => LimitOf(RLIMIT_FSIZE);

    /// <summary>How many files this process may have open.</summary>
    public static ulong OpenFileLimit => LimitOf(RLIMIT_NOFILE);

    /// <summary>How many bytes of address space this process may have.</summary>
    public static ulong AddressSpaceLimit => LimitOf(RLIMIT_AS);

    /// <summary>Whether a file lies in memory (tmpfs(5)).</summary>
    public static bool IsInMemory(FaultPoint at, FileHandle file)
    {
        FileSystemStatus status;
        return !Fails(at) && StatFileSystem(file, &status) == 0 && status.Type == TMPFS_MAGIC;
    }

    /// <summary>Whether nobody can write to a file through the mount that it was opened by.</summary>
    public static bool IsOnReadOnlyMount(FaultPoint at, FileHandle file)
    {
        FileSystemStatus status;
        return !Fails(at) && StatFileSystem(file, &status) == 0 && (status.Flags & ST_RDONLY) != 0;
    }

    /// <summary>Looks at what lies at a path; a symbolic link is not followed.</summary>
    public static int Stat(FaultPoint at, string path, out Status status)
    {
        status = default;
        fixed (Status* s = &status)
            return Fails(at) ? -1 : Statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS, s);
    }

    public static int Stat(FaultPoint at, FileHandle file, out Status status)
    {
        status = default;
        fixed (Status* s = &status)
            return Fails(at) ? -1 : Statx(file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, s);
    }

    /// <summary>Opens a file; the handle is invalid, with the error number set, when that fails.</summary>
    public static FileHandle Open(FaultPoint at, string path, int flags, int mode)
    {
        var file = new FileHandle(); // Before there is a descriptor, which nobody would close if this failed.
        if (FileReserve.IsReached)
        {
            Marshal.SetLastPInvokeError(EMFILE);
            return file;
        }

        int descriptor;
        do
            descriptor = Fails(at) ? -1 : Open(path, flags, mode);
        while (WasInterrupted(descriptor));
        file.Take(descriptor);
        FileReserve.Note(descriptor);
        return file;
    }

    /// <summary>The number that the next file will get, unless other threads open or close some; the highest when it gets none.</summary>
    public static int NextDescriptor()
    {
        int descriptor = Open("/", O_PATH | O_CLOEXEC, 0); // Of which no lock can depend.
        if (descriptor < 0)
            return int.MaxValue;
        _ = Close(descriptor);
        return descriptor;
    }

    /// <summary>Closes a file; it is closed whatever the answer is, and the call is not made again.</summary>
    public static int Close(FaultPoint at, int descriptor)
    {
        int result = Close(descriptor);
        return Fails(at) ? -1 : result;
    }

    public static int Unlink(FaultPoint at, string path) => Fails(at) ? -1 : Unlink(path);

    public static int MakeDirectory(FaultPoint at, string path, int mode) => Fails(at) ? -1 : MakeDirectory(path, mode);

    /// <summary>Gives a file another name, unless something has that name (EEXIST).</summary>
    /// <remarks>A file system that can't do that (EINVAL) renames all the same: the caller has looked before.</remarks>
    public static int RenameNew(FaultPoint at, string from, string to)
    {
        if (Fails(at))
            return -1;
        int result = (int)RenameAt(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
        return result != 0 && Marshal.GetLastPInvokeError() is EINVAL or ENOSYS ? Rename(from, to) : result;
    }

    public static int ChangeMode(FaultPoint at, string path, int mode) => Fails(at) ? -1 : ChangeMode(path, mode);

    public static int ChangeMode(FaultPoint at, FileHandle file, int mode) => Fails(at) ? -1 : ChangeMode(file, mode);

    public static int ChangeOwner(FaultPoint at, FileHandle file, int userId, int groupId) =>
        Fails(at) ? -1 : ChangeOwner(file, userId, groupId);

    public static int Truncate(FaultPoint at, FileHandle file, long lengthInBytes)
    {
        int result;
        do
            result = Fails(at) ? -1 : Truncate(file, lengthInBytes);
        while (WasInterrupted(result));
        return result;
    }

    public static int Allocate(FaultPoint at, FileHandle file, int mode, long offset, long lengthInBytes)
    {
        int result;
        do
            result = Fails(at) ? -1 : Allocate(file, mode, offset, lengthInBytes);
        while (WasInterrupted(result));
        return result;
    }

    public static long Seek(FaultPoint at, FileHandle file, long offset, int whence) =>
        Fails(at) ? -1 : Seek(file, offset, whence);

    public static int Sync(FaultPoint at, FileHandle file)
    {
        int result;
        do
            result = Fails(at) ? -1 : Sync(file);
        while (WasInterrupted(result));
        return result;
    }

    public static int Write(FaultPoint at, FileHandle file, ReadOnlySpan<byte> bytes, long offset)
    {
        fixed (byte* b = bytes)
        {
            int count;
            do
                count = Fails(at) ? -1 : (int)PositionalWrite(file, b, (nuint)bytes.Length, offset);
            while (WasInterrupted(count));
            return count;
        }
    }

    public static int Read(FaultPoint at, FileHandle file, Span<byte> bytes, long offset)
    {
        fixed (byte* b = bytes)
        {
            int count;
            do
                count = Fails(at) ? -1 : (int)PositionalRead(file, b, (nuint)bytes.Length, offset);
            while (WasInterrupted(count));
            return count;
        }
    }

    /// <summary>Asks for a record lock, or about one (fcntl(2)). The caller knows that nobody disposes of the file.</summary>
    public static int RecordLock(FaultPoint at, FileHandle file, int command, ref Flock range)
    {
        int result;
        do
            result = Fails(at) ? -1 : RecordLock(file.Number, command, ref range);
        while (WasInterrupted(result));
        GC.KeepAlive(file);
        return result;
    }

    /// <summary>Maps a file; -1, with the error number set, when that fails.</summary>
    public static void* Map(
        FaultPoint at, void* address, nuint lengthInBytes, int protection, int flags, FileHandle file, long offset) =>
        Fails(at) ? NoAddress : Map(address, lengthInBytes, protection, flags, file, offset);

    /// <summary>The same without a file.</summary>
    public static void* Map(FaultPoint at, void* address, nuint lengthInBytes, int protection, int flags) =>
        Fails(at) ? NoAddress : Map(address, lengthInBytes, protection, flags, -1, 0);

    /// <summary>Moves a mapping to where another one is, which is gone then; both happen in one step.</summary>
    public static void* Move(FaultPoint at, void* from, nuint lengthInBytes, void* to) => Fails(at)
        ? NoAddress
        : MoveMapping(from, lengthInBytes, lengthInBytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);

    public static int Unmap(FaultPoint at, void* address, nuint lengthInBytes) =>
        Fails(at) ? -1 : Unmap(address, lengthInBytes);

    public static int Advise(FaultPoint at, void* address, nuint lengthInBytes, int advice) =>
        Fails(at) ? -1 : Advise(address, lengthInBytes, advice);

    public static int SyncMapping(FaultPoint at, void* address, nuint lengthInBytes, int flags) =>
        Fails(at) ? -1 : SyncMapping(address, lengthInBytes, flags);

    public static nint Futex(FaultPoint at, int* word, int operation, int value, TimeSpec* timeout) =>
        Fails(at) ? -1 : Futex(SYS_futex, word, operation, value, timeout);

    public static nint MemoryBarrier(FaultPoint at, int command) =>
        Fails(at) ? -1 : MemoryBarrier(SYS_membarrier, command, 0, 0);

    /// <summary>Whether the call at a place fails now, with the error number set, because a test wants it to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Fails(FaultPoint at)
    {
        int error = 0;
        OnCall(at, ref error);
        if (error == 0)
            return false;
        Marshal.SetLastPInvokeError(error);
        return true;
    }

    private static ulong LimitOf(int resource)
    {
        ResourceLimit limit;
        return GetResourceLimit(resource, &limit) == 0 ? limit.Current : ulong.MaxValue;
    }

    private static bool WasInterrupted(int result) => result == -1 && Marshal.GetLastPInvokeError() == EINTR;

    /// <summary>Costs nothing: only tests/Netshm.Exploration has the other part.</summary>
    static partial void OnCall(FaultPoint at, ref int error);
}

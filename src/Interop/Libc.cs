namespace Netshm.Interop;

/// <summary>The system calls this library makes, as the C library of Linux offers them.</summary>
/// <remarks>
/// Constants are those of the Linux ABI shared by x86-64 and arm64. The declarations are private: what is called stands in
/// Libc.Calls.cs, where each call has its <see cref="FaultPoint"/>.
/// </remarks>
internal static unsafe partial class Libc
{
    public const int O_RDONLY = 0, O_RDWR = 2, O_CREAT = 0x40, O_EXCL = 0x80, O_NONBLOCK = 0x800, O_CLOEXEC = 0x80000,
        O_PATH = 0x200000;

    public const int EPERM = 1, ENOENT = 2, EINTR = 4, EIO = 5, EAGAIN = 11, ENOMEM = 12, EACCES = 13, EEXIST = 17,
        EINVAL = 22, ENFILE = 23, EMFILE = 24, EFBIG = 27, ENOSPC = 28, EROFS = 30, EDEADLK = 35, ENAMETOOLONG = 36, ENOLCK = 37,
        ENOSYS = 38, ELOOP = 40, EOPNOTSUPP = 95, ETIMEDOUT = 110, EDQUOT = 122;

    public const int PROT_NONE = 0, PROT_READ = 1, PROT_WRITE = 2;
    public const int MAP_SHARED = 1, MAP_PRIVATE = 2, MAP_FIXED = 0x10, MAP_ANONYMOUS = 0x20, MAP_NORESERVE = 0x4000;
    public const int MS_SYNC = 4;
    public const int MREMAP_MAYMOVE = 1, MREMAP_FIXED = 2;
    public const int MADV_COLLAPSE = 25;

    public const short F_RDLCK = 0, F_WRLCK = 1, F_UNLCK = 2;
#if FAULT_INJECTION
    // Simulated processes share a real one, so all their locks belong to open files.
    public const int F_GETLK = F_OFD_GETLK, F_SETLK = F_OFD_SETLK, F_SETLKW = F_OFD_SETLKW;
#else
    public const int F_GETLK = 5, F_SETLK = 6, F_SETLKW = 7;
#endif
    public const int F_OFD_GETLK = 36, F_OFD_SETLK = 37, F_OFD_SETLKW = 38;
    public const int FUTEX_WAIT = 0, FUTEX_WAKE = 1;
    public const int MEMBARRIER_CMD_GLOBAL_EXPEDITED = 2, MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED = 4;
    public const int SEEK_HOLE = 4;
    public const int FALLOC_FL_KEEP_SIZE = 1;

    private const int AT_FDCWD = -100, AT_SYMLINK_NOFOLLOW = 0x100, AT_EMPTY_PATH = 0x1000;
    private const uint STATX_BASIC_STATS = 0x7ff;
    private const int RLIMIT_FSIZE = 1, RLIMIT_NOFILE = 7, RLIMIT_AS = 9;
    private const int RENAME_NOREPLACE = 1;
    private const int SC_PAGESIZE = 30;
    private const long TMPFS_MAGIC = 0x01021994;
    private const long ST_RDONLY = 1;

    /// <summary>Which flag refuses to follow a symbolic link in the last component; it differs between ABIs.</summary>
    public static int O_NOFOLLOW { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm ? 0x8000 : 0x20000;

    /// <summary>The number of futex(2), which the C library has no function for.</summary>
    public static nint SYS_futex { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 98 : 202;

    /// <summary>The number of membarrier(2), which the C library has no function for.</summary>
    public static nint SYS_membarrier { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 283 : 324;

    /// <summary>The length of the kernel's pages, in whole ones of which it maps: 4 KiB, or on arm64 also 16 or 64.</summary>
    public static long PageBytes { get; } = SystemConfiguration(SC_PAGESIZE);

    /// <summary>The number of renameat2(2), which musl has no function for.</summary>
    private static nint SYS_renameat2 { get; } =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 276 : 316;

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    /// <summary>struct flock of fcntl(2).</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Flock
    {
        public short Type;
        public short Whence;
        public long Start;
        public long Length;
        public int ProcessId;
    }

    /// <summary>The part of struct statx that is read here; the kernel fills all 256 bytes.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct Status
    {
        [FieldOffset(16)] public uint Links;
        [FieldOffset(20)] public uint UserId;
        [FieldOffset(24)] public uint GroupId;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public long LengthInBytes;
        [FieldOffset(48)] public ulong Blocks512;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;

        private const int TypeMask = 0xF000, Regular = 0x8000, Folder = 0x4000, Pipe = 0x1000, Link = 0xA000,
            Socket = 0xC000;

        public readonly bool IsRegularFile => (Mode & TypeMask) == Regular;

        public readonly bool IsDirectory => (Mode & TypeMask) == Folder;

        /// <summary>What it is, in words.</summary>
        public readonly string Kind => (Mode & TypeMask) switch
        {
            Regular => "a regular file",
            Folder => "a directory",
            Pipe => "a named pipe",
            Link => "a symbolic link",
            Socket => "a socket",
            _ => "a device",
        };

        public readonly UnixFileMode Permissions => (UnixFileMode)(Mode & 0xFFF);
    }

    /// <summary>Two members of struct statfs; the rest is left out.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileSystemStatus
    {
        [FieldOffset(0)] public long Type;
        [FieldOffset(80)] public long Flags;
    }

    /// <summary>struct rlimit.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Current;
        public ulong Largest;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial int Open(string path, int flags, int mode);
    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial int Unlink(string path);
    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial int MakeDirectory(string path, int mode);
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();
    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    private static partial int ChangeMode(FileHandle file, int mode);
    [LibraryImport("libc", EntryPoint = "chmod", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial int ChangeMode(string path, int mode);
    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    private static partial int ChangeOwner(FileHandle file, int userId, int groupId);
    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int Truncate(FileHandle file, long lengthInBytes);
    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Allocate(FileHandle file, int mode, long offset, long lengthInBytes);
    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    private static partial long Seek(FileHandle file, long offset, int whence);
    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(FileHandle file);
    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int RecordLock(int descriptor, int command, ref Flock range);
    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(
        void* address, nuint lengthInBytes, int protection, int flags, int descriptor, long offset);
    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(
        void* address, nuint lengthInBytes, int protection, int flags, FileHandle file, long offset);
    [LibraryImport("libc", EntryPoint = "mremap", SetLastError = true)]
    private static partial void* MoveMapping(
        void* oldAddress, nuint oldLengthInBytes, nuint newLengthInBytes, int flags, void* newAddress);
    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint lengthInBytes);
    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(void* address, nuint lengthInBytes, int advice);
    [LibraryImport("libc", EntryPoint = "msync", SetLastError = true)]
    private static partial int SyncMapping(void* address, nuint lengthInBytes, int flags);
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Futex(nint number, int* word, nint operation, nint value, TimeSpec* timeout);
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint MemoryBarrier(nint number, nint command, nint flags, nint processor);
    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial int Rename(string from, string to);
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial nint RenameAt(
        nint number, nint fromDirectory, string from, nint toDirectory, string to, nuint flags);
    [LibraryImport("libc", EntryPoint = "usleep")]
    public static partial int SleepMicroseconds(uint microseconds);
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial int Statx(int directory, string path, int flags, uint mask, Status* status);
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshallingCustomType = typeof(NativeText))]
    private static partial int Statx(FileHandle file, string path, int flags, uint mask, Status* status);
    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    private static partial nint PositionalWrite(FileHandle file, byte* bytes, nuint count, long offset);
    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static partial nint PositionalRead(FileHandle file, byte* bytes, nuint count, long offset);
    [LibraryImport("libc", EntryPoint = "sysconf")]
    private static partial nint SystemConfiguration(int name);
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    private static partial int GetResourceLimit(int resource, ResourceLimit* limit);
    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int StatFileSystem(FileHandle file, FileSystemStatus* status);
}

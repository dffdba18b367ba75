namespace Netshm;

public sealed class SharedMemoryObject : IDisposable
{
    internal const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static IReadOnlyList<SharedMemoryType> SupportedTypes => throw new NotImplementedException();
    public SharedMemoryName Name => throw new NotImplementedException();
    public long Length => throw new NotImplementedException();
    public static SharedMemoryObject Open(SharedMemoryName name, FileMode mode = FileMode.OpenOrCreate, FileAccess access = FileAccess.ReadWrite, UnixFileMode permissions = OwnerOnly) => throw new NotImplementedException();
    public static SharedMemoryObject CreateUnique(SharedMemoryName pattern, UnixFileMode permissions = OwnerOnly) => throw new NotImplementedException();
    public static void Unlink(SharedMemoryName name) => throw new NotImplementedException();
    public void SetPermissions(UnixFileMode mode) => throw new NotImplementedException();
    public void SetOwner(int userId, int groupId) => throw new NotImplementedException();
    public void Close() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}

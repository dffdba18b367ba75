namespace Netshm.Locking;

/// <summary>
/// The right to take away what an object holds: nobody is seen to use a table in it, and nobody can begin to.
/// </summary>
/// <remarks>
/// The caller holds the creation lock. Seen are this library's processes, whatever their method, and those of Ocamlnet that
/// are in the middle of an operation. One that is idle holds no lock.
/// </remarks>
internal sealed class SoleUse : IDisposable
{
    private const string UsedHere = "this process has it open";

    private readonly SharedDescriptor _lockFile;
    private readonly AttachLock _alone;
    private readonly string _name;

    private SoleUse(SharedDescriptor lockFile, AttachLock alone, string name)
    {
        _lockFile = lockFile;
        _alone = alone;
        _name = name;
    }

    /// <summary>Takes it.</summary>
    /// <param name="name">The object.</param>
    /// <param name="lockFile">The file that carries its locks.</param>
    /// <param name="purpose">What it is for, as in "created anew".</param>
    /// <exception cref="InvalidTableOperationException">Somebody uses the table; it says who, and what to do.</exception>
    public static SoleUse Take(SharedMemoryName name, SharedDescriptor lockFile, string purpose)
    {
        AttachLock alone = AttachLock.TryTakeAlone(lockFile, name.ToString())
            ?? throw InUse(name, purpose, DescribeUsers(lockFile));
        try
        {
            if (!ByteRangeLock.TryLock(lockFile, Libc.F_WRLCK, 0, ByteRangeLock.FirstReserved, name.ToString()))
            {
                string user = LockHolder.Describe(lockFile, Libc.F_WRLCK, 0, ByteRangeLock.FirstReserved);
                throw InUse(name, purpose, $"{user}, which may be one of Ocamlnet, has a part of it locked");
            }

            return new SoleUse(lockFile, alone, name.ToString());
        }
        catch
        {
            alone.Dispose();
            throw;
        }
    }

    /// <summary>The error for a table that this process uses.</summary>
    public static InvalidTableOperationException InUseHere(SharedMemoryName name, string purpose) =>
        InUse(name, purpose, UsedHere);

    /// <summary>Lets others come again.</summary>
    public void Dispose()
    {
        ByteRangeLock.Unlock(_lockFile, 0, ByteRangeLock.FirstReserved, _name);
        _alone.Dispose();
    }

    private static string DescribeUsers(SharedDescriptor lockFile)
    {
        if (lockFile.IsAttached)
            return UsedHere;
        foreach (LockingMethod locking in (LockingMethod[])[LockingMethod.Futex, LockingMethod.Record, LockingMethod.None])
        {
            if (AttachLock.DescribeUser(lockFile, locking) is { } user)
                return $"{user} has it open with locking {locking}";
        }

        return "a process had it open a moment ago";
    }

    private static InvalidTableOperationException InUse(SharedMemoryName name, string purpose, string users) => new(
        $"{name}: a table in use is not {purpose}: {users}; close it there, or remove the name "
        + "(SharedMemoryObject.Unlink), which leaves its users what they have");
}

using Netshm.Tool.CommandLine;

namespace Netshm.Tool.Tables;

/// <summary>Keeps everybody else out of a table, also those who could not open it as it is.</summary>
internal sealed class ExclusiveUse : IDisposable
{
    private readonly AttachLock _creating;
    private readonly AttachLock _alone;
    private readonly SharedDescriptor _lockFile;

    private ExclusiveUse(SharedDescriptor lockFile, AttachLock creating, AttachLock alone)
    {
        _lockFile = lockFile;
        _creating = creating;
        _alone = alone;
    }

    /// <summary>Waits for processes that come or go, and for the locks of Ocamlnet processes.</summary>
    /// <exception cref="LockTimeoutException">A process uses the table.</exception>
    public static ExclusiveUse Of(Invocation invocation, SharedMemoryObject memory)
    {
        string name = memory.Name.ToString();
        Deadline deadline = Deadline.After(SharedOptions.PatienceOf(invocation));
        AttachLock creating = AttachLock.TakeForCreation(memory.LockFile, writable: true, deadline, name);
        AttachLock? alone = null;
        try
        {
            alone = AttachLock.TryTakeAlone(memory.LockFile, name)
                ?? throw new LockTimeoutException($"{name}: processes have it open; see 'netshm locks'");
            ByteRangeLock.Lock(memory.LockFile, Libc.F_WRLCK, 0, ByteRangeLock.FirstReserved, deadline, name);
            return new ExclusiveUse(memory.LockFile, creating, alone);
        }
        catch
        {
            alone?.Dispose();
            creating.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        var cleanUp = default(CleanUp);
        cleanUp.Step(() => ByteRangeLock.Unlock(_lockFile, 0, ByteRangeLock.FirstReserved, "the table"));
        cleanUp.Step(_alone.Dispose);
        cleanUp.Step(_creating.Dispose);
        cleanUp.ThrowIfFailed();
    }
}

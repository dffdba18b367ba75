namespace Netshm.Exploration;

/// <summary>
/// A table under a fresh name, and the simulated processes that use it. This file is all that the golden traces know of the
/// simulation and of the library's internals.
/// </summary>
internal sealed class Simulation : IDisposable
{
    private readonly TableFiles _files = new();

    public SharedMemoryName Name => _files.Name;

    public RecordedProcess NewProcess(StoreRecorder recorder) => new(new SimulatedProcess(_files), recorder);

    public void Dispose() => _files.Dispose();
}

/// <summary>A simulated process whose stores are recorded.</summary>
internal sealed class RecordedProcess
{
    private readonly SimulatedProcess _process;
    private int _storesToLive = int.MaxValue;

    public RecordedProcess(SimulatedProcess process, StoreRecorder recorder)
    {
        _process = process;
        _process.AtSeam = kind =>
        {
            if (kind == SeamKind.Store)
            {
                recorder.BeforeStore();
                DieWhenItIsTime();
            }
            else if (kind == SeamKind.Wait)
            {
                WhenWaiting?.Invoke();
            }
        };
    }

    public bool IsDead => _process.IsDead;

    public bool IsOpen => _process.IsOpen && !IsDead;

    public ShmTable Table => _process.Table;

    /// <summary>Called when it is about to wait for another process.</summary>
    public Action? WhenWaiting { get; set; }

    /// <summary>Whether it is going to die.</summary>
    public bool IsDoomed => _storesToLive != int.MaxValue;

    /// <summary>Lets it die before the n-th store from now.</summary>
    public void DieBefore(int store) => _storesToLive = store;

    /// <summary>Lets it live.</summary>
    public void Live() => _storesToLive = int.MaxValue;

    public void Open(ShmTableOptions options) => _process.Open(options);

    public void Close() => _process.Close();

    /// <summary>Becomes the only process that modifies the table by a handle that is an owner's; docs/Sharding.md.</summary>
    public void Own() => _ = Table.RaiseOwnerEpoch(Table.OwnerEpoch);

    /// <summary>Does something as this process.</summary>
    /// <returns>False when it died meanwhile.</returns>
    public bool Do(Action action) => _process.Do(_ => action());

    private void DieWhenItIsTime()
    {
        if (IsDoomed && --_storesToLive == 0)
            _process.Die();
    }
}

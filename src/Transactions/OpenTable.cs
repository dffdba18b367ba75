namespace Netshm.Transactions;

/// <summary>A table that can be used: what all handles of this process on it share.</summary>
internal sealed class OpenTable
{
    public OpenTable(TableStorage storage, Recoverer recoverer)
    {
        Storage = storage;
        Recoverer = recoverer;
        Lock = new TableLock(storage.Processes, storage.Pages.Name);
        Writing = new WriteTransaction(storage, recoverer);
        Writer = new TableWriter(storage, Writing);
        Reader = storage.Sequences is { } sequences
            ? new TableReader(storage, Lock, sequences, othersMoveCells: storage.Sidecar is null)
            : null;
        Changes = storage.Changes is { } changes ? new ChangeWatch(changes, storage.Pages.Name) : null;
    }

    public TableStorage Storage { get; }

    public Recoverer Recoverer { get; }

    public TableLock Lock { get; }

    public WriteTransaction Writing { get; }

    public TableWriter Writer { get; }

    /// <summary>Reads without a lock; null where reads need one.</summary>
    public TableReader? Reader { get; }

    /// <summary>The table's change feed; null when it has none.</summary>
    public ChangeWatch? Changes { get; }

    /// <summary>
    /// Releases what was locked. A write transaction ends before its lock does, and readers of the feed are woken after other
    /// processes can have it, while no other thread of this one can.
    /// </summary>
    public void Release(Hold hold)
    {
        if (hold == Hold.Write)
            ReleaseWrite();
        else if (hold == Hold.Read)
            Lock.ExitRead();
    }

    private void ReleaseWrite()
    {
        try
        {
            try
            {
                Writing.End();
            }
            finally
            {
                Lock.ReleaseWriteToProcesses();
            }

            Writing.WakeReaders();
        }
        finally
        {
            Lock.ReleaseWriteToThreads();
        }
    }
}

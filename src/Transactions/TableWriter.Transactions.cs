using Netshm.Format;
using Netshm.Storage;

namespace Netshm.Transactions;

/// <content>Several modifications that happen as one.</content>
internal sealed partial class TableWriter
{
    /// <summary>Begins a transaction, or one within another.</summary>
    /// <exception cref="InvalidTableOperationException">There is no journal.</exception>
    public Savepoint BeginTransaction()
    {
        if (_journal is null)
        {
            throw new InvalidTableOperationException(
                $"{_pages.Name}: only tables with locking {LockingMethod.Futex} have transactions");
        }

        DescriptorView descriptor = _engine.OpenDescriptor();
        if (_transactions == 0)
        {
            // Cells stay where they are while a transaction may be taken back, so that its changes are made up for here.
            _rehash.PurgeBeforeTransaction(descriptor);
            _rehash.Advance(descriptor, _changesInTransactions + 1);
            _changesInTransactions = 0;
        }

        UndoJournal.Savepoint before = _journal.Begin(descriptor, recordsAtMost: 0, isTransaction: true);
        _transactions++;
        return new Savepoint(before, _changes?.Pending ?? 0);
    }

    /// <summary>Ends a transaction; the outermost one becomes permanent at this point.</summary>
    public void CommitTransaction()
    {
        DescriptorView descriptor = _engine.OpenDescriptor();
        foreach (int firstPage in _journal!.KeptUntilNow)
            _freeList.Put(descriptor, firstPage);
        _transactions--;
        _journal.Commit();
        _journal.EndTransaction();
        PublishChanges();
    }

    /// <summary>Ends a transaction and takes back what was done since it began.</summary>
    public void RollBackTransaction(in Savepoint before)
    {
        _transactions--;
        _changes?.DiscardAfter(before.LastChange);
        _journal!.RollBack(_engine.OpenDescriptor(), before.Journal);
        _journal.EndTransaction();
    }

    /// <summary>What there was when a transaction began.</summary>
    /// <param name="Journal">The table.</param>
    /// <param name="LastChange">The number of the last change.</param>
    public readonly record struct Savepoint(UndoJournal.Savepoint Journal, long LastChange);
}

namespace Netshm.Transactions;

/// <summary>How the operations of one handle get at its table: each begins here, and what it locks is released here.</summary>
/// <param name="table">The table.</param>
/// <param name="isWritable">Whether the handle may modify it.</param>
/// <param name="lockTimeout">How long an operation may wait for locks.</param>
internal sealed class TableAccess(OpenTable table, bool isWritable, TimeSpan lockTimeout)
{
    /// <summary>The time that each operation may wait for locks; it has not begun.</summary>
    private readonly Deadline _patience = Deadline.NotBegun(lockTimeout);

    private readonly bool _hasRecordLocks = table.Storage.Processes is RecordLock;
    private int _isDisposed;

    /// <summary>
    /// Null while the handle modifies without being an owner's. It is replaced as a whole; a thread that sees the one before
    /// modifies only if the table still has that epoch.
    /// </summary>
    private OwnerBinding? _binding;

    public OpenTable Table { get; } = table;

    /// <summary>Whether the handle may modify the table.</summary>
    public bool IsWritable { get; } = isWritable;

    /// <summary>The deadline of an operation that begins.</summary>
    /// <remarks>
    /// With record locks an operation may have to wait for several locks, so its time runs from here. With the other methods
    /// only the table's own lock is waited for, and its time begins with that.
    /// </remarks>
    public Deadline NewDeadline => _hasRecordLocks ? _patience.Begun : _patience;

    /// <summary>Says that the handle is disposed of; false when it was so before.</summary>
    public bool TryDispose() => Interlocked.Exchange(ref _isDisposed, 1) == 0;

    public bool IsDisposed => Volatile.Read(ref _isDisposed) != 0;

    private string Name => Table.Storage.Pages.Name;

    /// <summary>Locks the table for reading and makes sure that it is in order.</summary>
    public ReadTransaction BeginRead() => new(Table, LockToRead(NewDeadline));

    /// <summary>Locks the table for reading, whatever state it is in.</summary>
    public ReadTransaction BeginReadAsItIs()
    {
        Hold hold = Table.Lock.EnterRead(NewDeadline);
        if (!IsDisposed)
            return new ReadTransaction(Table, hold);
        Table.Release(hold);
        throw Disposed();
    }

    /// <summary>Locks the table for writing and makes sure that it is in order.</summary>
    /// <param name="deadline">Until when the operation may wait for further locks.</param>
    public WriteScope BeginWrite(out Deadline deadline)
    {
        deadline = NewDeadline;
        return new WriteScope(Table, LockToWrite(deadline));
    }

    /// <summary>Locks the table for writing, whatever state it is in: the next holder of the lock recovers if that is needed.</summary>
    public WriteScope BeginWriteAsItIs() => new(Table, LockToWrite(NewDeadline, isAsItIs: true));

    /// <summary>The same as <see cref="BeginWrite"/> for a thread that declares itself the owner: the one before must be as it was seen.</summary>
    /// <exception cref="OwnerFencedException">Another owner came first; nothing was stored.</exception>
    public WriteScope BeginWriteAfter(long ownerEpoch) => new(Table, LockToWrite(NewDeadline, new OwnerBinding(ownerEpoch)));

    /// <summary>Opens a group, which holds what it locks until it is closed.</summary>
    public LockScope OpenGroup(GroupIntent intent)
    {
        Deadline deadline = NewDeadline;
        Hold hold = intent switch
        {
            GroupIntent.Write => LockToWrite(deadline),
            GroupIntent.Read => LockToRead(deadline),
            GroupIntent.OnDemand => Hold.Inherited,
            _ => throw new ArgumentOutOfRangeException(nameof(intent), intent, "there is no such intent"),
        };
        return Table.Lock.OpenGroup(hold, intent);
    }

    /// <summary>Closes a group; the outermost one releases what is locked.</summary>
    public void CloseGroup(LockScope scope) => Table.Release(Table.Lock.CloseGroup(scope));

    /// <summary>Locks the table for a callback that reads.</summary>
    public CallbackScope BeginReadCallback() => new(Table, LockToRead(NewDeadline));

    /// <summary>Locks the table for a callback that edits.</summary>
    /// <param name="deadline">Until when the operation may wait for further locks.</param>
    public CallbackScope BeginWriteCallback(out Deadline deadline)
    {
        deadline = NewDeadline;
        return new CallbackScope(Table, LockToWrite(deadline));
    }

    /// <summary>Lets the handle modify only as long as the table has this owner's epoch.</summary>
    public void BindToOwner(long epoch) => Volatile.Write(ref _binding, new OwnerBinding(epoch));

    /// <summary>
    /// Makes sure that an owner still is the table's latest one. With the write lock it stays so until that is released.
    /// </summary>
    /// <exception cref="OwnerFencedException">Another one has taken the table over.</exception>
    public void ThrowUnlessOwner(long epoch)
    {
        long found = SidecarOfOwners.OwnerEpoch;
        if (found != epoch)
            throw new OwnerFencedException(Name, epoch, found);
    }

    /// <summary>Where the owner's epoch is.</summary>
    /// <exception cref="InvalidTableOperationException">The table can have no owners.</exception>
    public Sidecar SidecarOfOwners => Table.Storage.Sidecar?.Sidecar ?? throw new InvalidTableOperationException(
        $"{Name}: only tables with locking {LockingMethod.Futex} have owners");

    public void ThrowIfDisposed()
    {
        if (IsDisposed)
            throw Disposed();
    }

    public void ThrowIfReadOnly()
    {
        if (!IsWritable)
            throw new ReadOnlyTableException($"{Name}: the table was opened for reading only");
    }

    private ObjectDisposedException Disposed() => new(Name, "the table's handle was disposed of");

    private Hold LockToWrite(Deadline deadline, OwnerBinding? owner = null, bool isAsItIs = false)
    {
        ThrowIfReadOnly();
        Hold hold = Table.Lock.EnterWrite(deadline);
        try
        {
            ThrowIfDisposed();
            if ((owner ?? Volatile.Read(ref _binding)) is { } binding)
                ThrowUnlessOwner(binding.Epoch); // Before the first store, which would be a recovery's.
            if (!isAsItIs)
                Table.Writing.Begin(deadline);
            return hold;
        }
        catch
        {
            Table.Release(hold);
            throw;
        }
    }

    private Hold LockToRead(Deadline deadline)
    {
        while (true)
        {
            Hold hold = Table.Lock.EnterRead(deadline);
            try
            {
                ThrowIfDisposed();
                if (!Table.Recoverer.IsNeededToRead || (!IsWritable && Table.Recoverer.CanReadUnrecovered))
                    return hold;
            }
            catch
            {
                Table.Release(hold);
                throw;
            }

            Table.Release(hold);
            Table.Release(LockToWrite(deadline));
        }
    }

    /// <summary>The owner's epoch that a handle is bound to.</summary>
    private sealed record OwnerBinding(long Epoch);
}

/// <summary>A table that is locked for reading, and in order unless it was asked for as it is.</summary>
internal readonly ref struct ReadTransaction(OpenTable table, Hold hold)
{
    /// <summary>Releases what was locked, unless a group holds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose() => table.Release(hold);
}

/// <summary>A table that is locked for writing, with its write transaction begun.</summary>
internal readonly ref struct WriteScope(OpenTable table, Hold hold)
{
    /// <summary>Ends the transaction and releases the lock, unless a group holds it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose() => table.Release(hold);
}

/// <summary>A table that is locked while a callback runs, in which the thread may not modify it.</summary>
internal readonly ref struct CallbackScope(OpenTable table, Hold hold)
{
    private readonly LockScope _scope = table.Lock.BeginCallback(hold);

    /// <summary>Releases what was locked, unless a group holds it.</summary>
    public void Dispose() => table.Release(table.Lock.EndCallback(_scope));
}

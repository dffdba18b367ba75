namespace Netshm;

/// <summary>Settles how a process keeps others out of a table: what was asked for, and what others do already.</summary>
internal sealed class LockingChoice(SharedMemoryName name, SharedDescriptor lockFile, ShmTableOptions options)
{
    /// <summary>The error for two methods at the same time.</summary>
    public static InvalidTableOperationException Mixed(SharedMemoryName name, LockingMethod others, LockingMethod chosen) =>
        new($"{name}: other processes use the table with locking {others}; it can't be used with {chosen} at the same time");

    /// <summary>Chooses the method of the first handle in this process.</summary>
    /// <param name="isNew">Whether the table is going to be created.</param>
    /// <exception cref="InvalidTableOperationException">It does not go with what others use, or with the options.</exception>
    public LockingMethod Choose(bool isNew)
    {
        bool inRecordUse = AttachLock.IsTakenByOthers(lockFile, LockingMethod.Record, name.ToString());
        LockingMethod chosen = options.Locking;
        if (chosen == LockingMethod.Auto)
        {
            bool isFutex = File.Exists(name.SidecarPath) && !inRecordUse;
            chosen = isNew || isFutex ? LockingMethod.Futex : LockingMethod.Record;
        }

        bool inFutexUse = AttachLock.IsTakenByOthers(lockFile, LockingMethod.Futex, name.ToString());
        LockingMethod? others = inRecordUse ? LockingMethod.Record : inFutexUse ? LockingMethod.Futex : null;
        if (others is not null && others != chosen && (chosen, others) != (LockingMethod.None, LockingMethod.Record))
            throw Mixed(name, others.Value, chosen);
        ThrowIfNoFeedIsPossible(chosen);
        return chosen;
    }

    /// <summary>Makes sure that a further handle wants the method that this process uses.</summary>
    /// <exception cref="InvalidTableOperationException">It wants another one, or what this one can't do.</exception>
    public LockingMethod Confirm(LockingMethod used)
    {
        if (options.Locking is not LockingMethod.Auto && options.Locking != used)
        {
            throw new InvalidTableOperationException(
                $"{name}: this process uses the table with locking {used}; " +
                $"it can't use it with {options.Locking} at the same time");
        }

        ThrowIfNoFeedIsPossible(used);
        return used;
    }

    private void ThrowIfNoFeedIsPossible(LockingMethod chosen)
    {
        if (options.ChangeFeedCapacity > 0 && chosen != LockingMethod.Futex)
        {
            throw new InvalidTableOperationException(
                $"{name}: a change feed needs locking {LockingMethod.Futex}; the table is used with {chosen}, " +
                "under which Ocamlnet's processes may modify it, who can't feed it");
        }
    }
}

namespace Netshm.Opening;

/// <summary>Settles how a process keeps others out of a table: what the table says, and what was asked for.</summary>
internal sealed class LockingChoice(SharedMemoryName name, SharedDescriptor lockFile, ShmTableOptions options)
{
    /// <summary>The error for two methods at the same time.</summary>
    public static InvalidTableOperationException Mixed(SharedMemoryName name, LockingMethod others, LockingMethod chosen) =>
        new($"{name}: the table is in use with locking {others}; it can't be used with {chosen} at the same time");

    /// <summary>Chooses the method of the first handle in this process.</summary>
    /// <param name="stored">What the table says; null when it is going to be created, and nobody began to.</param>
    /// <param name="isCreating">Whether the table is going to be created, maybe anew.</param>
    /// <exception cref="InvalidTableOperationException">It does not go with the table, with others, or with the options.</exception>
    public LockingMethod Choose(LockingMethod? stored, bool isCreating)
    {
        LockingMethod chosen = options.Locking == LockingMethod.Auto ? stored ?? LockingMethod.Futex : options.Locking;
        if (!isCreating)
            ThrowIfOtherwiseStored(stored, chosen);
        foreach (LockingMethod other in (LockingMethod[])[LockingMethod.Record, LockingMethod.Futex])
        {
            bool goesWith = other == chosen || (chosen, other) == (LockingMethod.None, LockingMethod.Record);
            if (!goesWith && AttachLock.IsTakenByOthers(lockFile, other, name.ToString()))
                throw Mixed(name, other, chosen);
        }

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

    private void ThrowIfOtherwiseStored(LockingMethod? stored, LockingMethod chosen)
    {
        if (stored == chosen || (chosen, stored) == (LockingMethod.None, LockingMethod.Record))
            return;
        string others = stored == LockingMethod.Record
            ? "Ocamlnet programs may have it open, and would not be excluded"
            : "what its sidecar knows would be passed over";
        throw new InvalidTableOperationException(
            $"{name}: the table's locking method is {stored}; used with {chosen}, {others}. Open it with "
            + $"{nameof(LockingMethod)}.{nameof(LockingMethod.Auto)}, or convert it while nobody uses it: "
            + $"ShmTable.Convert or 'netshm convert'");
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

namespace Netshm.Actors.Typed;

/// <summary>Replacing typed bindings where a request that could not have its locks is tried again.</summary>
internal static class TypedReplacement
{
    /// <summary>
    /// Replaces a key's newest binding, or adds one; when a lock can't be had, nothing was done.
    /// </summary>
    /// <remarks>
    /// Where another key with the same hash was added later, <see cref="ShmHashtable{TKey, TValue}.Replace"/> adds a
    /// binding and removes one, for which it needs locks of bindings. Had once, they stay with the group around it.
    /// </remarks>
    /// <exception cref="LockTimeoutException">An OCaml process reads a binding.</exception>
    public static void ReplaceOrNothing<TKey, TValue>(
        this ShmHashtable<TKey, TValue> table, DataManager<TKey> keys, TKey key, TValue value)
    {
        if (table.Table.Locking == LockingMethod.Record)
            table.Table.WriteBlocks(keys.Hash(key), WriteOperations.None, static (_, _) => BlockDecision.Break);
        table.Replace(key, value);
    }
}

using System.Collections.Concurrent;

namespace Netshm.Actors.Cluster.Near;

/// <summary>What a near cache holds, and the rules by which a value may get in and must go; docs/Cluster.md.</summary>
/// <remarks>
/// Look-ups take no lock. There are two generations: when the younger one has half of the entries, the older one goes and
/// the younger one takes its place; an entry that is used in the older one moves to the younger.
/// </remarks>
internal sealed class NearEntries<TKey, TValue>(int maxEntries)
{
    private readonly Lock _sync = new();
    private readonly Dictionary<int, List<Fill>> _fills = [];
    private ConcurrentDictionary<int, Entry> _young = new();
    private ConcurrentDictionary<int, Entry> _old = new();
    private int _youngCount;

    /// <summary>How many keys are kept, bound or not.</summary>
    public int Count
    {
        get
        {
            lock (_sync)
                return _young.Values.Concat(_old.Values).Sum(static first => first.LengthOfChain);
        }
    }

    /// <summary>What is known of a key: its value, or that it is not bound.</summary>
    public bool TryGet(int hash, TKey key, out Option<TValue> value)
    {
        if (Find(_young, hash, key) is { } young)
        {
            value = young.Value;
            return true;
        }

        Entry? old = Find(_old, hash, key);
        value = old is null ? default : old.Value;
        if (old is not null)
            Rejuvenate(hash, old);
        return old is not null;
    }

    /// <summary>To be called before a value of this hash is asked for.</summary>
    public Fill Begin(int hash)
    {
        var fill = new Fill(hash);
        lock (_sync)
        {
            if (!_fills.TryGetValue(hash, out List<Fill>? fills))
                _fills.Add(hash, fills = []);
            fills.Add(fill);
        }

        return fill;
    }

    /// <summary>Keeps a value that was asked for, unless it has become wrong meanwhile.</summary>
    /// <param name="fill">What <see cref="Begin"/> gave.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value, or none when it is not bound.</param>
    /// <param name="asOf">The number of a change which, with all before it, the value has.</param>
    public void Complete(Fill fill, TKey key, Option<TValue> value, long asOf)
    {
        lock (_sync)
        {
            Forget(fill);
            if (fill.ChangedBy <= asOf && Find(_young, fill.Hash, key) is null)
                Insert(fill.Hash, key, value, asOf);
        }
    }

    /// <summary>Says that a value that was asked for won't come.</summary>
    public void Abandon(Fill fill)
    {
        lock (_sync)
            Forget(fill);
    }

    /// <summary>Drops what a change, or a gap of them, may have made wrong.</summary>
    public void Apply(TableChange change)
    {
        if (change.Kind is ChangeKind.Gap or ChangeKind.Cleared)
            Clear();
        else
            Drop(change.Key, change.Number);
    }

    /// <summary>Drops what a change has made wrong.</summary>
    /// <param name="hash">The hash whose bindings changed.</param>
    /// <param name="number">The change's number.</param>
    public void Drop(int hash, long number)
    {
        lock (_sync)
        {
            _youngCount -= DropFrom(_young, hash, number);
            _ = DropFrom(_old, hash, number);
            if (_fills.TryGetValue(hash, out List<Fill>? fills))
            {
                foreach (Fill fill in fills)
                    fill.ChangedBy = Math.Max(fill.ChangedBy, number);
            }
        }
    }

    /// <summary>Drops everything, and what is being asked for as it comes.</summary>
    public void Clear()
    {
        lock (_sync)
        {
            _young = new();
            _old = new();
            _youngCount = 0;
            foreach (Fill fill in _fills.Values.SelectMany(static fills => fills))
                fill.ChangedBy = long.MaxValue;
        }
    }

    private static Entry? Find(ConcurrentDictionary<int, Entry> generation, int hash, TKey key)
    {
        _ = generation.TryGetValue(hash, out Entry? entry);
        while (entry is not null && !EqualityComparer<TKey>.Default.Equals(entry.Key, key))
            entry = entry.Next;
        return entry;
    }

    /// <summary>Drops a hash's entries if one of them lacks the change: the others come again when they are wanted.</summary>
    /// <returns>How many there were.</returns>
    private static int DropFrom(ConcurrentDictionary<int, Entry> generation, int hash, long number)
    {
        if (!generation.TryGetValue(hash, out Entry? first))
            return 0;
        for (Entry? entry = first; entry is not null; entry = entry.Next)
        {
            if (entry.AsOf < number)
            {
                _ = generation.TryRemove(hash, out _);
                return first.LengthOfChain;
            }
        }

        return 0;
    }

    private void Forget(Fill fill)
    {
        List<Fill> fills = _fills[fill.Hash];
        _ = fills.Remove(fill);
        if (fills.Count == 0)
            _ = _fills.Remove(fill.Hash);
    }

    /// <summary>Moves an entry to the younger generation, if it has not been dropped meanwhile.</summary>
    private void Rejuvenate(int hash, Entry entry)
    {
        lock (_sync)
        {
            if (Find(_old, hash, entry.Key) == entry && Find(_young, hash, entry.Key) is null)
                Insert(hash, entry.Key, entry.Value, entry.AsOf);
        }
    }

    private void Insert(int hash, TKey key, Option<TValue> value, long asOf)
    {
        _ = _young.TryGetValue(hash, out Entry? next);
        _young[hash] = new Entry(key, value, asOf, next);
        if (++_youngCount < maxEntries / 2)
            return;
        _old = _young;
        _young = new();
        _youngCount = 0;
    }

    /// <summary>A value that is being asked for.</summary>
    internal sealed class Fill(int hash)
    {
        public int Hash { get; } = hash;

        /// <summary>The last change of the hash that was applied since.</summary>
        public long ChangedBy { get; set; } = -1;
    }

    /// <summary>A key with its value, and the other keys of the same hash behind it.</summary>
    private sealed class Entry(TKey key, Option<TValue> value, long asOf, Entry? next)
    {
        public TKey Key { get; } = key;

        public Option<TValue> Value { get; } = value;

        public long AsOf { get; } = asOf;

        public Entry? Next { get; } = next;

        /// <summary>Kept and not counted: a chain is as long as those who choose the keys want it to be.</summary>
        public int LengthOfChain { get; } = 1 + (next?.LengthOfChain ?? 0);
    }
}

namespace Netshm.Tool.Tables;

/// <summary>A table seen through the types of its keys and values; both are JSON texts here.</summary>
internal abstract class TypedView(ItemFormat keyFormat, ItemFormat valueFormat)
{
    public ItemFormat KeyFormat => keyFormat;

    public ItemFormat ValueFormat => valueFormat;

    /// <summary>Sees a table as the options say: as it is, or as a typed hash table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="keyFormat">The type of its keys, or null for the raw ones.</param>
    /// <param name="valueFormat">The type of its values.</param>
    public static TypedView Of(ShmTable table, ItemFormat? keyFormat, ItemFormat valueFormat) =>
        keyFormat is null ? new RawView(table, valueFormat) : new HashtableView(table, keyFormat, valueFormat);

    /// <summary>Reads what is stored.</summary>
    /// <exception cref="UsageException">It is not of these types.</exception>
    public Binding Decode(RawBinding stored)
    {
        try
        {
            return DecodeStored(stored);
        }
        catch (FormatException e)
        {
            throw new UsageException(
                $"a binding of the raw key {stored.RawKey} is of other types than --key and --value say: {e.Message}",
                e);
        }
    }

    /// <summary>The values of a key, the newest first.</summary>
    public abstract IReadOnlyList<string> FindAll(string key);

    public abstract void Add(string key, string value);

    public abstract void Replace(string key, string value);

    public abstract bool Remove(string key);

    protected abstract Binding DecodeStored(RawBinding stored);

    /// <summary>The table itself: 32-bit keys to values.</summary>
    private sealed class RawView(ShmTable table, ItemFormat values) : TypedView(ItemFormats.Int32, values)
    {
        public override IReadOnlyList<string> FindAll(string key)
        {
            int rawKey = KeyOf(key);
            return [.. table.FindAll(rawKey).Select(words => Decode(new RawBinding(rawKey, words)).Value)];
        }

        public override void Add(string key, string value) => table.Add(KeyOf(key), ValueFormat.Encode(value));

        public override void Replace(string key, string value) => table.Replace(KeyOf(key), ValueFormat.Encode(value));

        public override bool Remove(string key) => table.Remove(KeyOf(key));

        protected override Binding DecodeStored(RawBinding stored) =>
            new(KeyFormat.Manager.Decode([stored.RawKey]), ValueFormat.Manager.Decode(stored.Words));

        private int KeyOf(string key) => KeyFormat.Encode(key)[0];
    }

    /// <summary>A typed hash table on it.</summary>
    private sealed class HashtableView(ShmTable table, ItemFormat keys, ItemFormat values) : TypedView(keys, values)
    {
        private ShmHashtable<string, string> Bindings => new(KeyFormat.Manager, ValueFormat.Manager, table);

        public override IReadOnlyList<string> FindAll(string key) => Bindings.FindAll(key);

        public override void Add(string key, string value) => Bindings.Add(key, value);

        public override void Replace(string key, string value) => Bindings.Replace(key, value);

        public override bool Remove(string key) => Bindings.Remove(key);

        protected override Binding DecodeStored(RawBinding stored)
        {
            (string key, string value) = DataManagers.Pair(KeyFormat.Manager, ValueFormat.Manager).Decode(stored.Words);
            return new Binding(key, value);
        }
    }
}

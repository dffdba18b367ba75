using System.Diagnostics.CodeAnalysis;

namespace Netshm;

/// <summary>An array in shared memory (the original's <c>Netshm_array</c>).</summary>
/// <remarks>
/// <para>
/// It is sparse: a hash table from index to element, in which elements that equal the default value are not stored.
/// The length is the one-word binding of key -1. Every process must use the same manager and default value.
/// </para>
/// <para>
/// A handle is safe for use by several threads. Getting and setting are groups of <see cref="Table"/>: the index is
/// checked against the length and the element accessed under one lock.
/// </para>
/// </remarks>
/// <typeparam name="T">The type of the elements.</typeparam>
[SuppressMessage("Design", "CA1000", Justification = "Opening reads as that of ShmTable does.")]
public sealed class ShmArray<T> : IDisposable
{
    private const int LengthKey = -1;

    private static readonly bool s_isChangeable =
        RuntimeHelpers.IsReferenceOrContainsReferences<T>() && typeof(T) != typeof(string);

    private readonly DataManager<T> _manager;
    private readonly ShmHashtable<long, T> _elements;
    private readonly int[] _encodedDefault;

    private ShmArray(T defaultValue, DataManager<T> manager, ShmTable table)
    {
        DefaultValue = defaultValue;
        Table = table;
        _manager = manager;
        _elements = new ShmHashtable<long, T>(DataManagers.OcamlInt, manager, table);
        _encodedDefault = new int[manager.LengthInWords(defaultValue)];
        manager.Encode(defaultValue, _encodedDefault);
    }

    /// <summary>The value of elements that were not set; this handle's, since the file doesn't tell it.</summary>
    public T DefaultValue { get; }

    /// <summary>The underlying table (the original's <c>shm_table</c>).</summary>
    public ShmTable Table { get; }

    /// <summary>The number of elements.</summary>
    /// <exception cref="CorruptFileException">The table is no array.</exception>
    public int Length => TryReadLength(out int length) ? length : throw NotAnArray("no such key");

    /// <summary>The element at an index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative, or not below the length.</exception>
    /// <exception cref="CorruptFileException">The table is no array of this type.</exception>
    public T this[int index]
    {
        get => Table.Group((Self: this, index), static state => state.Self.Get(state.index), GroupIntent.Read);
        set => _ = Table.Group((Self: this, index, value), static state => state.Self.Set(state.index, state.value));
    }

    /// <summary>Manages an open shared-memory object as an array; see <see cref="ShmTable.Manage"/>.</summary>
    /// <param name="defaultValue">The value of elements that were not set.</param>
    /// <param name="elements">The manager of the elements.</param>
    /// <param name="memory">The object; if it is empty, it becomes an array of length 0.</param>
    /// <param name="options">How the underlying table is managed.</param>
    /// <param name="init">
    /// When set, the table is created anew as an array of so many default elements; see
    /// <see cref="ShmTableOptions.Init"/> for when that is refused.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="init"/> is negative.</exception>
    /// <exception cref="CorruptFileException">The object holds a table that is no array, or no table.</exception>
    /// <exception cref="InvalidTableOperationException">It was to be created anew, and is in use.</exception>
    public static ShmArray<T> Manage(
        T defaultValue,
        DataManager<T> elements,
        SharedMemoryObject memory,
        ShmTableOptions? options = null,
        int? init = null) =>
        Create(defaultValue, elements, tableOptions => ShmTable.Manage(memory, tableOptions), options, init);

    /// <summary>
    /// Opens or creates the object and manages it as an array, which then owns the object; see <see cref="Manage"/>.
    /// </summary>
    /// <param name="defaultValue">As there.</param>
    /// <param name="elements">As there.</param>
    /// <param name="name">The name of the object.</param>
    /// <param name="options">As there.</param>
    /// <param name="init">As there.</param>
    /// <inheritdoc cref="Manage" path="/exception"/>
    public static ShmArray<T> Open(
        T defaultValue,
        DataManager<T> elements,
        SharedMemoryName name,
        ShmTableOptions? options = null,
        int? init = null) =>
        Create(defaultValue, elements, tableOptions => ShmTable.Open(name, tableOptions), options, init);

    /// <summary>Changes the length; new elements have the default value.</summary>
    /// <remarks>
    /// Shrinking first removes the elements beyond the new length, then sets it: a process that is killed in between
    /// leaves the old length, with default values at the end. It goes through all elements of the array.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    /// <exception cref="CorruptFileException">The table is no array.</exception>
    public void Resize(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Table.Group(() =>
        {
            if (length < Length)
                RemoveElementsFrom(length);
            Table.Replace(LengthKey, [length]);
        });
    }

    /// <summary>Disposes of the table.</summary>
    public void Dispose() => Table.Dispose();

    private static ShmArray<T> Create(
        T defaultValue,
        DataManager<T> elements,
        Func<ShmTableOptions, ShmTable> openTable,
        ShmTableOptions? options,
        int? init)
    {
        ArgumentNullException.ThrowIfNull(elements);
        if (init is < 0)
            throw new ArgumentOutOfRangeException(nameof(init), init, "an array's length is at least 0");
        options ??= new ShmTableOptions();
        if (init is not null)
            options = options with { Init = options.Init ?? ShmTableOptions.DefaultInit };
        ShmTable table = openTable(options);
        try
        {
            var array = new ShmArray<T>(defaultValue, elements, table);
            array.EnsureLength(init);
            return array;
        }
        catch
        {
            table.Dispose();
            throw;
        }
    }

    /// <summary>Gives a new array its length, and checks that an old one has one.</summary>
    private void EnsureLength(int? init)
    {
        if (init is null && TryReadLength(out _))
            return;
        Table.Group(() =>
        {
            if (init is not null)
                Table.Replace(LengthKey, [init.Value]);
            else if (TryReadLength(out _))
                return;
            else if (Table.Count == 0)
                Table.Add(LengthKey, [0]);
            else
                throw NotAnArray(FormattableString.Invariant($"{Table.Count} bindings of other keys"));
        });
    }

    private bool TryReadLength(out int length)
    {
        length = 0;
        Span<int> words = stackalloc int[1];
        try
        {
            if (!Table.TryFind(LengthKey, words, out int lengthInWords))
                return false;
            if (lengthInWords != 1 || words[0] < 0)
                throw NotAnArray(lengthInWords == 1 ? FormattableString.Invariant($"{words[0]}") : "an empty value");
        }
        catch (ValueTooLongException e)
        {
            throw NotAnArray(FormattableString.Invariant($"{e.LengthInWords} words"));
        }

        length = words[0];
        return true;
    }

    private T Get(int index)
    {
        CheckIndex(index);
        if (_elements.TryFind(index, out T? element))
            return element;

        // As of a stored element, every caller gets a copy of its own: changing it must not change other elements.
        return s_isChangeable ? _manager.Decode(_encodedDefault) : DefaultValue;
    }

    /// <summary>Sets an element, within a group; says whether it is stored.</summary>
    private bool Set(int index, T value)
    {
        CheckIndex(index);
        bool isStored = !_manager.Matches(_encodedDefault, value);
        if (isStored)
            _elements.Replace(index, value);
        else
            _ = _elements.Remove(index);
        return isStored;
    }

    private void CheckIndex(int index)
    {
        int length = Length;
        if (index < 0 || index >= length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(index), index, FormattableString.Invariant($"{Table.Name}: the array has length {length}"));
        }
    }

    private void RemoveElementsFrom(int length)
    {
        var indices = new List<int>();
        Table.IterateKeys(key =>
        {
            if (key >= length)
                indices.Add(key);
        });
        foreach (int index in indices)
        {
            while (Table.Remove(index))
            {
            }
        }
    }

    private CorruptFileException NotAnArray(string found) =>
        new(Table.Name.ToString(), page: null, word: null, $"an array's length is one word at key -1; found {found}");
}

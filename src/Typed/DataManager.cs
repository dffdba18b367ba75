namespace Netshm;

/// <summary>
/// Represents values of <typeparamref name="T"/> as words of a table, and hashes and compares them (the original's
/// <c>data_manager</c>). <see cref="DataManagers"/> has the ready ones.
/// </summary>
/// <remarks>
/// <para>
/// A manager of your own overrides <see cref="LengthInWords"/>, <see cref="Encode"/> and <see cref="Decode"/>. For
/// use as a key, the inherited members then ask that equal values have equal encodings; override
/// <see cref="AddToHash"/> and <see cref="Matches"/> where that does not hold, or where OCaml processes are to find
/// the keys. Often <see cref="DataManagers.Convert"/> does the whole job.
/// </para>
/// <para>
/// Managers are used by several threads at once and hold no state. They run while a table is locked: they must not
/// use tables themselves.
/// </para>
/// </remarks>
/// <typeparam name="T">The type of the values.</typeparam>
public abstract class DataManager<T>
{
    /// <summary>The number of words <see cref="Encode"/> fills for the value.</summary>
    /// <exception cref="ArgumentException">The value has no representation.</exception>
    public abstract int LengthInWords(T value);

    /// <summary>Writes the value's representation.</summary>
    /// <param name="value">The value.</param>
    /// <param name="destination">
    /// Exactly <see cref="LengthInWords"/> words of arbitrary contents; all of them are to be written.
    /// </param>
    public abstract void Encode(T value, Span<int> destination);

    /// <summary>Reads a representation back.</summary>
    /// <param name="words">All words of the value, valid during the call only.</param>
    /// <exception cref="FormatException">
    /// The words represent no value; the table reports it as a <see cref="CorruptFileException"/>.
    /// </exception>
    public abstract T Decode(ReadOnlySpan<int> words);

    /// <summary>
    /// The key of the underlying table at which bindings of this value lie (the original's <c>hash_fn</c>); by
    /// default what OCaml's <c>Hashtbl.hash</c> gives for it, 30 bits.
    /// </summary>
    public virtual int Hash(T value) => OcamlHasher.Hash(this, value);

    /// <summary>
    /// Describes the value to the hasher as the OCaml value it corresponds to; by default as the <c>int32</c> Bigarray
    /// of its encoding, which hashes its first 64 words.
    /// </summary>
    /// <remarks>Called once for each level of the whole value, so it must describe the same each time.</remarks>
    public virtual void AddToHash(T value, ref OcamlHasher hasher)
    {
        using var words = new RentedWords(LengthInWords(value));
        Encode(value, words.Span);
        hasher.AddInt32Array(words.Span);
    }

    /// <summary>
    /// Whether the words represent the value; by default by decoding them and comparing with
    /// <see cref="EqualityComparer{T}.Default"/>.
    /// </summary>
    /// <exception cref="FormatException">The words represent no value.</exception>
    public virtual bool Matches(ReadOnlySpan<int> words, T value) =>
        EqualityComparer<T>.Default.Equals(Decode(words), value);
}

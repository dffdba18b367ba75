using System.Diagnostics.CodeAnalysis;

namespace Netshm;

/// <summary>The data managers of the original's <c>Netshm_data</c>, and a few more.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "A data manager is named after the type it represents.")]
public static class DataManagers
{
    /// <summary>OCaml's <c>int32</c>: one word; its own hash.</summary>
    public static DataManager<int> Int32 { get; } = new Int32Manager();

    /// <summary>OCaml's <c>int64</c>: two words, the high one first; hashes to its low word.</summary>
    public static DataManager<long> Int64 { get; } = new Int64Manager();

    /// <summary>OCaml's <c>nativeint</c> on a 64-bit system: represented as <see cref="Int64"/>.</summary>
    public static DataManager<nint> NativeInt { get; } = new NativeIntManager();

    /// <summary>
    /// OCaml's <c>int</c> on a 64-bit system: represented as <see cref="Int64"/>. It has 63 bits; other values are an
    /// <see cref="ArgumentOutOfRangeException"/>.
    /// </summary>
    public static DataManager<long> OcamlInt { get; } = new OcamlIntManager();

    /// <summary>OCaml's one-dimensional Bigarray of <c>int32</c>: the elements themselves.</summary>
    public static DataManager<int[]> Int32Array { get; } = new Int32ArrayManager();

    /// <summary>
    /// OCaml's <c>string</c> in UTF-8: a word with the length in bytes, then the bytes, the last word filled up with
    /// zeros.
    /// </summary>
    /// <remarks>
    /// Strict in both directions: a lone surrogate is an <see cref="ArgumentException"/>, and stored bytes that are no
    /// UTF-8 fail to decode. OCaml's strings are bytes of any kind; read those through <see cref="Bytes"/>.
    /// </remarks>
    public static DataManager<string> String { get; } = new StringManager();

    /// <summary>OCaml's <c>string</c> as bytes of any kind; represented as <see cref="String"/>.</summary>
    public static DataManager<byte[]> Bytes { get; } = new BytesManager();

    /// <summary>
    /// OCaml's pair: a word with the length of the left part in words, the left part, the right part.
    /// </summary>
    public static DataManager<(TLeft Left, TRight Right)> Pair<TLeft, TRight>(
        DataManager<TLeft> left, DataManager<TRight> right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new PairManager<TLeft, TRight>(left, right);
    }

    /// <summary>
    /// Reads and compares only the left part of what <see cref="Pair"/> wrote, whatever the right part is: a hash
    /// table finds its keys with it. Encoding is a <see cref="NotSupportedException"/>.
    /// </summary>
    public static DataManager<TLeft> LeftPair<TLeft>(DataManager<TLeft> left)
    {
        ArgumentNullException.ThrowIfNull(left);
        return new LeftPairManager<TLeft>(left);
    }

    /// <summary>OCaml's <c>option</c>: one word 0 for None; or a word 1, then the value.</summary>
    public static DataManager<Option<T>> Option<T>(DataManager<T> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return new OptionManager<T>(value);
    }

    /// <summary>
    /// Scatters keys over the table in a way that nobody can foresee who doesn't know the secret: for keys that others
    /// choose, and for regular ones that fall together (<see cref="TableStatistics.IsFlooded"/>).
    /// </summary>
    /// <remarks>
    /// <para>
    /// The hash of a key is the low word of SipHash-2-4 of its representation, so equal keys must have equal ones. It goes
    /// around the whole key: inside a <see cref="Pair"/> it does nothing. To protect a table with plain int32 keys, make it
    /// one from <c>Scrambled(Int32, secret)</c> to <see cref="Int32Array"/>.
    /// </para>
    /// <para>
    /// Every process needs the same secret, which the table doesn't hold: keep it where the users of the table can read it
    /// and those who choose the keys can't. With another one, or with the inner manager alone, keys are not found, and
    /// OCaml programs don't find them; iterating and <see cref="ShmTable.Count"/> work in any case.
    /// </para>
    /// </remarks>
    /// <param name="inner">The manager that represents and compares.</param>
    /// <param name="secret">16 random bytes, such as <c>RandomNumberGenerator.GetBytes(16)</c> gives.</param>
    /// <exception cref="ArgumentException">The secret has another length.</exception>
    public static DataManager<T> Scrambled<T>(DataManager<T> inner, ReadOnlySpan<byte> secret)
    {
        ArgumentNullException.ThrowIfNull(inner);
        return new ScramblingManager<T>(inner, new SipHash(secret));
    }

    /// <summary>Represents values of a type by those of another, such as a date by its ticks.</summary>
    /// <param name="inner">The manager of the representing values; it also hashes and compares.</param>
    /// <param name="toInner">Gives the representing value; equal values must have equal ones.</param>
    /// <param name="fromInner">
    /// Reads it back; throws a <see cref="FormatException"/> when it represents none.
    /// </param>
    public static DataManager<T> Convert<T, TInner>(
        DataManager<TInner> inner, Func<T, TInner> toInner, Func<TInner, T> fromInner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(toInner);
        ArgumentNullException.ThrowIfNull(fromInner);
        return new ConvertingManager<T, TInner>(inner, toInner, fromInner);
    }
}

using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Netshm.Actors;

/// <summary>
/// An immutable sequence that is compared by its elements, as messages need it: a binding's value is a
/// <c>Sequence&lt;int&gt;</c> of words. A collection expression makes one: <c>[1, 2, 3]</c>.
/// </summary>
/// <typeparam name="T">The type of the elements, which must be immutable too.</typeparam>
[CollectionBuilder(typeof(Sequence), nameof(Sequence.Create))]
[SuppressMessage("Naming", "CA1710", Justification = "It is named for what it is in a message.")]
public readonly struct Sequence<T> : IEquatable<Sequence<T>>, IReadOnlyList<T>
{
    private readonly T[]? _elements;

    /// <summary>Takes over an array that nobody else has, or will, change.</summary>
    internal Sequence(T[] elements) => _elements = elements;

    /// <summary>The number of elements.</summary>
    public int Count => Array.Length;

    /// <summary>The elements, without a copy.</summary>
    public ReadOnlySpan<T> Span => _elements;

    /// <summary>The elements' own array, which must not be handed to anybody who might change it.</summary>
    internal T[] Array => _elements ?? [];

    /// <summary>The element at an index that counts from 0.</summary>
    public T this[int index] => Array[index];

    /// <summary>Whether both have equal elements in the same order.</summary>
    public static bool operator ==(Sequence<T> left, Sequence<T> right) => left.Equals(right);

    /// <summary>Whether they differ in an element or in length.</summary>
    public static bool operator !=(Sequence<T> left, Sequence<T> right) => !left.Equals(right);

    /// <summary>A copy of the elements.</summary>
    public T[] ToArray() => Span.ToArray();

    /// <inheritdoc/>
    public bool Equals(Sequence<T> other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Sequence<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = default(HashCode);
        foreach (T element in Span)
            hash.Add(element);
        return hash.ToHashCode();
    }

    /// <summary>The elements in brackets.</summary>
    public override string ToString() => $"[{string.Join(", ", Array)}]";

    /// <inheritdoc/>
    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)Array).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes sequences.</summary>
public static class Sequence
{
    /// <summary>A sequence of copies of the elements.</summary>
    public static Sequence<T> Create<T>(ReadOnlySpan<T> elements) => new(elements.ToArray());
}

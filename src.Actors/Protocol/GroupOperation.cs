namespace Netshm.Actors;

/// <summary>An operation or a condition of <see cref="TableProtocol.GroupOperations"/>.</summary>
public abstract record GroupOperation
{
    private GroupOperation(int key) => Key = key;

    /// <summary>The key it is about.</summary>
    public int Key { get; init; }

    /// <summary>Does nothing but let the result tell the key's value at this point.</summary>
    /// <param name="Key">The key.</param>
    public sealed record Find(int Key) : GroupOperation(Key);

    /// <summary>Adds a binding that hides the older ones.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value's words.</param>
    public sealed record Add(int Key, Sequence<int> Value) : GroupOperation(Key);

    /// <summary>Replaces the newest binding, or adds one.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value's words.</param>
    public sealed record Replace(int Key, Sequence<int> Value) : GroupOperation(Key);

    /// <summary>Removes the newest binding, if there is one.</summary>
    /// <param name="Key">The key.</param>
    public sealed record Remove(int Key) : GroupOperation(Key);

    /// <summary>
    /// Adds to the one word of the newest binding; it wraps around at the ends of the int32 range. The condition that
    /// a bound key's value has one word goes with it.
    /// </summary>
    /// <param name="Key">The key.</param>
    /// <param name="Delta">What is added.</param>
    /// <param name="Initial">What it is added to when the key is not bound.</param>
    public sealed record Increment(int Key, int Delta = 1, int Initial = 0) : GroupOperation(Key);

    /// <summary>The condition that the key is not bound.</summary>
    /// <param name="Key">The key.</param>
    public sealed record IfAbsent(int Key) : GroupOperation(Key);

    /// <summary>The condition that the key is bound.</summary>
    /// <param name="Key">The key.</param>
    public sealed record IfPresent(int Key) : GroupOperation(Key);

    /// <summary>The condition that the key's newest binding has a certain value.</summary>
    /// <param name="Key">The key.</param>
    /// <param name="Value">The value's words.</param>
    public sealed record IfEquals(int Key, Sequence<int> Value) : GroupOperation(Key);
}

namespace Netshm;

/// <summary>How a block callback goes on (the original's normal return and its exceptions Next and Break).</summary>
public enum BlockControl
{
    /// <summary>Go on to the next fragment of the value, or to the next binding after the last one.</summary>
    Continue,
    /// <summary>Skip the rest of this binding.</summary>
    NextBinding,
    /// <summary>Stop here.</summary>
    Break,
}

/// <summary>What a <see cref="BlockWriter"/> may do to a binding (the original's <c>write_op</c>).</summary>
[Flags]
public enum WriteOperations
{
    /// <summary>Nothing but editing words in place.</summary>
    None = 0,
    /// <summary>Remove whole bindings.</summary>
    RemoveBinding = 1,
}

/// <summary>What a <see cref="BlockWriter"/> answers: what happens to the binding, and how to go on.</summary>
/// <param name="Operation">
/// The operation for the current binding. The last answer other than <see cref="WriteOperations.None"/> within a
/// binding counts, and it is carried out when the binding is left.
/// </param>
/// <param name="Control">How to go on.</param>
public readonly record struct BlockDecision(WriteOperations Operation, BlockControl Control)
{
    /// <summary>Leave the binding as it is and go on to its next fragment, or to the next binding.</summary>
    public static BlockDecision Continue => new(WriteOperations.None, BlockControl.Continue);

    /// <summary>Ask for nothing more and go on with the next binding.</summary>
    public static BlockDecision NextBinding => new(WriteOperations.None, BlockControl.NextBinding);

    /// <summary>Ask for nothing more and stop.</summary>
    public static BlockDecision Break => new(WriteOperations.None, BlockControl.Break);

    /// <summary>Remove the current binding, then go on as <paramref name="control"/> says.</summary>
    public static BlockDecision Remove(BlockControl control = BlockControl.Continue) =>
        new(WriteOperations.RemoveBinding, control);
}

/// <summary>Receives the fragments of each binding's value in order, then the end of the binding.</summary>
/// <param name="fragment">
/// A part of the value, in shared memory and read-locked during the call; empty when <paramref name="isEnd"/>.
/// </param>
/// <param name="isEnd">Whether the value is complete: the concatenation of the fragments since the last end.</param>
/// <returns>How to go on.</returns>
public delegate BlockControl BlockReader(ReadOnlySpan<int> fragment, bool isEnd);

/// <summary>Receives the fragments of each binding's value in order, then the end of the binding, for writing.</summary>
/// <param name="fragment">
/// A part of the value, in shared memory and write-locked during the call: assignments edit the binding in place.
/// They are not atomic under a kill. Empty when <paramref name="isEnd"/>.
/// </param>
/// <param name="isEnd">Whether the value is complete.</param>
/// <returns>What happens to the binding, and how to go on.</returns>
public delegate BlockDecision BlockWriter(Span<int> fragment, bool isEnd);

/// <summary>Receives one binding.</summary>
/// <param name="key">The binding's key.</param>
/// <param name="value">The binding's value, valid during the call only.</param>
public delegate void BindingAction(int key, ReadOnlySpan<int> value);

/// <summary>Folds one binding into an accumulator.</summary>
/// <typeparam name="TAcc">The accumulator's type.</typeparam>
/// <param name="key">The binding's key.</param>
/// <param name="value">The binding's value, valid during the call only.</param>
/// <param name="accumulator">What the bindings so far came to.</param>
/// <returns>What they come to with this one.</returns>
public delegate TAcc BindingFolder<TAcc>(int key, ReadOnlySpan<int> value, TAcc accumulator);

namespace Netshm.Storage;

/// <summary>Takes what is wanted out of the bindings of one key.</summary>
/// <remarks>
/// When a reader without a lock finds that it was disturbed it calls <see cref="Take"/> again, and only the last call
/// counts.
/// </remarks>
internal interface IBindingSink
{
    void Take(scoped BindingWalk bindings);
}

/// <summary>Copies the newest value into a span, unless it is too long.</summary>
internal ref struct SpanSink(Span<int> destination) : IBindingSink
{
    private readonly Span<int> _destination = destination;

    public bool Found { get; private set; }

    public int LengthInWords { get; private set; }

    public void Take(scoped BindingWalk bindings)
    {
        LengthInWords = 0;
        Found = bindings.MoveNext();
        if (!Found)
            return;
        FragmentWalk value = bindings.Value;
        LengthInWords = value.LengthInWords;
        if (LengthInWords <= _destination.Length)
            value.CopyTo(_destination);
    }
}

/// <summary>Copies the newest value into an array of its own.</summary>
internal struct ArraySink : IBindingSink
{
    public int[]? Value { get; private set; }

    public void Take(scoped BindingWalk bindings) =>
        Value = bindings.MoveNext() ? bindings.Value.ToArray() : null;
}

/// <summary>Copies all values, newest first.</summary>
internal struct ListSink : IBindingSink
{
    public List<int[]> Values { get; private set; }

    public void Take(scoped BindingWalk bindings)
    {
        // Counted first, so that a chain that runs in a circle is found out before its values take memory.
        int count = 0;
        for (BindingWalk all = bindings; all.MoveNext();)
            count++;
        Values = new List<int[]>(count);
        while (bindings.MoveNext())
            Values.Add(bindings.Value.ToArray());
    }
}

namespace Netshm.Exploration;

/// <summary>What all processes did, and whether it can be explained by one after the other.</summary>
internal sealed class History(TableState start)
{
    private readonly List<Operation> _operations = [];
    private long _time;

    public Operation Begin(string what)
    {
        var operation = new Operation(what, ++_time);
        _operations.Add(operation);
        return operation;
    }

    public void End(Operation operation, string what, Func<TableState, IEnumerable<TableState>> outcomes)
    {
        int index = _operations.IndexOf(operation);
        _operations[index] = operation with { What = what, Returned = ++_time, Outcomes = outcomes };
    }

    /// <summary>
    /// Looks for an order that fits what each operation saw, and in which none comes before one that had ended when it
    /// began (linearizability; Wing and Gong 1993). Those whose process died may have happened or not.
    /// </summary>
    /// <exception cref="InexplicableHistoryException">There is none.</exception>
    public void Check()
    {
        var seen = new HashSet<(ulong Done, TableState State)>();
        if (_operations.Count > 64)
            throw new InvalidOperationException($"{_operations.Count} operations are too many to check");
        if (!CanGoOn(0, start, seen))
            throw new InexplicableHistoryException(ToString());
    }

    public override string ToString() => $"from {start}:\n{string.Join('\n', _operations)}";

    private bool CanGoOn(ulong done, TableState state, HashSet<(ulong Done, TableState State)> seen)
    {
        if (!seen.Add((done, state)))
            return false;
        long firstReturn = long.MaxValue;
        for (int i = 0; i < _operations.Count; i++)
        {
            if (!IsDone(done, i))
                firstReturn = Math.Min(firstReturn, _operations[i].Returned);
        }

        if (firstReturn == long.MaxValue)
            return true;
        for (int i = 0; i < _operations.Count; i++)
        {
            if (IsDone(done, i) || _operations[i].Invoked > firstReturn)
                continue;
            foreach (TableState next in _operations[i].Outcomes(state))
            {
                if (CanGoOn(done | (1UL << i), next, seen))
                    return true;
            }
        }

        return false;
    }

    private static bool IsDone(ulong done, int index) => (done & (1UL << index)) != 0;
}

/// <summary>The processes saw what no order of their operations explains.</summary>
internal sealed class InexplicableHistoryException(string history) : Exception(history);

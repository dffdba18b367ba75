using System.Runtime.InteropServices;

namespace Netshm.Actors.Protocol;

/// <summary>
/// Plays <see cref="TableProtocol.GroupOperations"/> through beside the table first, which judges the conditions, and
/// does the modifications only when all of them are met. The table is locked for writing meanwhile.
/// </summary>
internal sealed class GroupSimulation(ShmTable table)
{
    private readonly Dictionary<int, SimulatedKey> _keys = [];
    private readonly List<GroupOperation> _modifications = [];

    /// <summary>Does the group.</summary>
    /// <returns>
    /// The reply: <see cref="TableProtocol.GroupDone"/> or <see cref="TableProtocol.ConditionNotMet"/>.
    /// </returns>
    public object Run(ReadOnlySpan<GroupOperation> operations)
    {
        var values = new Sequence<int>?[operations.Length];
        for (int index = 0; index < operations.Length; index++)
        {
            GroupOperation operation = operations[index];
            SimulatedKey key = KeyOf(operation.Key);
            if (!Simulate(operation, key))
                return new TableProtocol.ConditionNotMet(index, key.Newest);
            values[index] = key.Newest;
        }

        DoModifications();
        return new TableProtocol.GroupDone(new(values));
    }

    /// <summary>Plays one operation through; false when it is, or carries, a condition that is not met.</summary>
    private bool Simulate(GroupOperation operation, SimulatedKey key)
    {
        switch (operation)
        {
            case GroupOperation.IfAbsent:
                return key.Newest is null;
            case GroupOperation.IfPresent:
                return key.Newest is not null;
            case GroupOperation.IfEquals condition:
                return key.Newest == condition.Value;
            case GroupOperation.Add added:
                key.Add(added.Value);
                break;
            case GroupOperation.Replace replaced:
                key.Replace(replaced.Value);
                break;
            case GroupOperation.Remove:
                key.Remove();
                break;
            case GroupOperation.Increment increment:
                if (key.Newest is { Count: not 1 })
                    return false;
                int sum = unchecked((key.Newest?[0] ?? increment.Initial) + increment.Delta);
                operation = new GroupOperation.Replace(increment.Key, [sum]);
                key.Replace([sum]);
                break;
            default:
                return true;
        }

        _modifications.Add(operation);
        return true;
    }

    private void DoModifications()
    {
        for (int done = 0; done < _modifications.Count; done++)
        {
            try
            {
                Do(_modifications[done]);
            }
            catch (Exception e) when (
                done > 0 && e is not CorruptFileException && table.Locking != LockingMethod.Futex)
            {
                throw new IncompleteGroupException(
                    $"{table.Name}: {done} of {_modifications.Count} modifications were done; then: {e.Message}",
                    done,
                    e);
            }
        }
    }

    private void Do(GroupOperation modification)
    {
        switch (modification)
        {
            case GroupOperation.Add added:
                table.Add(added.Key, added.Value.Span);
                break;
            case GroupOperation.Replace replaced:
                table.Replace(replaced.Key, replaced.Value.Span);
                break;
            default:
                table.Remove(modification.Key);
                break;
        }
    }

    private SimulatedKey KeyOf(int key) =>
        CollectionsMarshal.GetValueRefOrAddDefault(_keys, key, out _) ??= new SimulatedKey(table, key);

    /// <summary>The bindings of one key as the operations so far would leave them.</summary>
    private sealed class SimulatedKey(ShmTable table, int key)
    {
        /// <summary>The bindings that operations of the group made, the newest last.</summary>
        private readonly Stack<Sequence<int>> _made = [];

        /// <summary>
        /// The table's own values, newest first: all of them, or only the newest until more are needed.
        /// </summary>
        private IReadOnlyList<int[]> _found = table.TryFind(key, out int[]? value) ? [value] : [];

        private bool _hasAll;
        private int _removed;

        public Sequence<int>? Newest
        {
            get
            {
                if (_made.TryPeek(out Sequence<int> made))
                    return made;
                if (_removed > 0 && !_hasAll)
                {
                    _found = table.FindAll(key);
                    _hasAll = true;
                }

                return _removed < _found.Count ? new Sequence<int>(_found[_removed]) : null;
            }
        }

        public void Add(Sequence<int> value) => _made.Push(value);

        public void Replace(Sequence<int> value)
        {
            Remove();
            Add(value);
        }

        public void Remove()
        {
            if (!_made.TryPop(out _) && Newest is not null)
                _removed++;
        }
    }
}

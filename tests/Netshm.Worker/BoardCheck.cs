namespace Netshm.Worker;

/// <summary>Compares a table with what a board says of it.</summary>
public sealed class BoardCheck(ShmTable table, AckBoard board)
{
    /// <summary>
    /// Makes sure that everything a worker's processes have acknowledged is there, and finds out whether the writes that
    /// they had begun have happened; nobody may be using the worker's slots meanwhile.
    /// </summary>
    /// <exception cref="InvalidOperationException">A write was lost, or happened in part.</exception>
    public void Settle(int worker)
    {
        for (int slot = 0; slot < AckBoard.Slots; slot++)
            Settle(worker, slot);
    }

    /// <summary>The versions of a key's bindings.</summary>
    /// <exception cref="InvalidOperationException">A value is torn.</exception>
    public IReadOnlyList<int> VersionsOf(int key) =>
        [.. table.FindAll(key).Select(value => StampedValue.VersionOf(key, value))];

    /// <summary>How many bindings the slots of a worker stand for.</summary>
    public int CountOf(int worker) => Enumerable.Range(0, AckBoard.Slots).Sum(slot =>
        board.Acknowledged(worker, slot).Versions.Count * (slot < AckBoard.FirstPairSlot ? 1 : 2));

    private void Settle(int worker, int slot)
    {
        SlotState acknowledged = board.Acknowledged(worker, slot);
        bool isBegun = board.IsBegun(worker, slot);
        SlotState begun = isBegun ? board.Begun(worker, slot) : acknowledged;
        bool isPair = slot >= AckBoard.FirstPairSlot;
        if (Holds(acknowledged, begun.Key, isPair))
        {
            if (isBegun)
                board.Abandon(worker, slot);
        }
        else if (isBegun && Holds(begun, acknowledged.Key, isPair))
        {
            board.Acknowledge(worker, slot);
        }
        else
        {
            IEnumerable<string> found = Keys(acknowledged.Key, begun.Key, isPair)
                .Select(key => Describe(new SlotState(key, VersionsOf(key))));
            throw new InvalidOperationException(FormattableString.Invariant(
                $"{table.Name}, worker {worker}, slot {slot}: {Describe(acknowledged)} was acknowledged, ") +
                $"{(isBegun ? Describe(begun) + " was begun" : "nothing was begun")}; found: " +
                string.Join(" and ", found));
        }

        if (isBegun)
            board.Count(worker, BoardCounter.Unacknowledged);
    }

    private static string Describe(SlotState state) =>
        FormattableString.Invariant($"key {state.Key} with [{string.Join(", ", state.Versions)}]");

    private static IEnumerable<int> Keys(int key, int otherKey, bool isPair)
    {
        int[] keys = [.. new[] { key, otherKey }.Distinct()];
        return isPair ? keys.Concat(keys.Select(AckBoard.Partner)) : keys;
    }

    private bool Holds(SlotState state, int otherKey, bool isPair) => Keys(state.Key, otherKey, isPair).All(key =>
        VersionsOf(key).SequenceEqual(
            key == state.Key || key == AckBoard.Partner(state.Key) ? state.Versions : []));
}

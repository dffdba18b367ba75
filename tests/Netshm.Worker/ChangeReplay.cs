using System.Globalization;

namespace Netshm.Worker;

/// <summary>What a table's change feed makes of an empty table: for each key the lengths of its values, newest first.</summary>
public sealed class ChangeReplay
{
    private readonly SortedDictionary<int, List<int>> _lengths = [];

    /// <summary>The number of the last change that was applied.</summary>
    public long Last { get; private set; }

    /// <summary>How many gaps there were; with one, the rest means nothing until the table is cleared.</summary>
    public int Gaps { get; private set; }

    /// <summary>Whether every change since the table was last empty is known.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Applies all changes that a table's feed still has.</summary>
    public static ChangeReplay Of(ShmTable table)
    {
        var replay = new ChangeReplay();
        replay.ApplyAll(table.ReadChanges(from: 1));
        return replay;
    }

    /// <summary>A table in the form of <see cref="ToString"/>.</summary>
    public static string Describe(ShmTable table)
    {
        var lengths = new SortedDictionary<int, List<int>>();
        table.Iterate((key, value) =>
        {
            if (!lengths.TryGetValue(key, out List<int>? ofKey))
                lengths.Add(key, ofKey = []);
            ofKey.Add(value.Length);
        });
        return Format(lengths);
    }

    /// <summary>Applies what a reader finds now.</summary>
    /// <returns>How many changes and gaps there were.</returns>
    public int ApplyAll(ChangeReader reader)
    {
        var changes = new TableChange[64];
        int all = 0;
        for (int count; (count = reader.Read(changes)) > 0; all += count)
        {
            foreach (TableChange change in changes.AsSpan(0, count))
                Apply(change);
        }

        return all;
    }

    /// <summary>Applies one change.</summary>
    /// <exception cref="InvalidOperationException">It is not the next one, or not possible.</exception>
    public void Apply(TableChange change)
    {
        if (change.FirstNumber != Last + 1 || change.Number < change.FirstNumber)
            throw new InvalidOperationException($"after number {Last} came {change}");
        Last = change.Number;
        switch (change.Kind)
        {
            case ChangeKind.Gap:
                Gaps++;
                IsComplete = false;
                break;
            case ChangeKind.Cleared:
                _lengths.Clear();
                IsComplete = true;
                break;
            default:
                if (IsComplete)
                    ApplyTo(change);
                break;
        }
    }

    /// <summary>The lengths of the values of each key.</summary>
    public override string ToString() => Format(_lengths);

    private static string Format(SortedDictionary<int, List<int>> lengths) => string.Join(' ', lengths.Select(entry =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Key}={string.Join(',', entry.Value)}")));

    private void ApplyTo(TableChange change)
    {
        if (!_lengths.TryGetValue(change.Key, out List<int>? ofKey))
            _lengths.Add(change.Key, ofKey = []);
        switch (change.Kind)
        {
            case ChangeKind.Added:
                ofKey.Insert(0, change.LengthInWords);
                break;
            case ChangeKind.Replaced:
                ofKey[0] = change.LengthInWords;
                break;
            case ChangeKind.Removed:
                ofKey.RemoveAt(change.Depth);
                break;
            default:
                _ = ofKey[change.Depth]; // What is edited in place has to be there.
                break;
        }

        if (ofKey.Count == 0)
            _lengths.Remove(change.Key);
    }
}

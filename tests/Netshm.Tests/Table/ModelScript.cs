using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Does random operations on a table and a model, and compares what they answer.</summary>
internal sealed class ModelScript(ShmTable table, Random random)
{
    private const int LongestValue = 100_000;
    private const int MostWords = 400_000;
    private const int ShortTransaction = 20;
    private const int LongTransaction = 1000;
    private const int DeepestTransaction = 3;

    private TableModel _model = new();
    private readonly int[] _destination = new int[LongestValue];
    private long _wordsHeld;

    public void Step()
    {
        int key = NextKey();
        switch (random.Next(12))
        {
            case 0 or 1 or 2:
                Add(key);
                break;
            case 3 or 4:
                Replace(key);
                break;
            case 5 or 6:
                Remove(key);
                break;
            case 7:
                Assert.Equal(_model.Contains(key), table.Contains(key));
                break;
            case 8:
                Assert.Equal(_model.FindAll(key), table.FindAll(key));
                break;
            case 9:
                Find(key);
                break;
            case 10:
                RemoveOneByBlocks(key);
                break;
            default:
                EditInPlace(key);
                break;
        }

        Assert.Equal(_model.Count, table.Count);
    }

    /// <summary>
    /// Does a few steps as one transaction, some of them as further ones within it; every other one is taken back by an
    /// exception, and so is one that is too large.
    /// </summary>
    /// <returns>Whether it was taken back.</returns>
    public bool Transact(int depth = 0)
    {
        TableModel before = _model.Copy();
        long wordsBefore = _wordsHeld;
        try
        {
            table.Transact(() =>
            {
                int steps = random.Next(random.Next(10) == 0 ? LongTransaction : ShortTransaction);
                for (int i = 0; i < steps; i++)
                {
                    if (depth < DeepestTransaction && random.Next(10) == 0)
                        _ = Transact(depth + 1);
                    else
                        Step();
                }

                if (random.Next(2) == 0)
                    throw new TakenBackException();
            });
            return false;
        }
        catch (Exception e) when (e is TakenBackException or TransactionTooLargeException)
        {
            _model = before;
            _wordsHeld = wordsBefore;
            Assert.Equal(_model.Count, table.Count);
            return true;
        }
    }

    public void CheckWhole()
    {
        TableReport report = table.Check();
        Assert.True(report.IsConsistent, report.ToString());
        Assert.Equal((_model.Count, _model.Keys.Count), (report.Bindings, report.Keys));
        var found = new TableModel();
        var keys = new List<int>();
        table.IterateKeys(keys.Add);
        Assert.Equal(_model.Keys.Order(), keys.Order());
        foreach (int key in keys)
        {
            foreach (int[] value in table.FindAll(key).Reverse())
                found.Add(key, value);
        }

        Assert.Equal(_model, found);
        long sum = _model.Sum(pair => pair.Key + pair.Value.Sum(word => (long)word));
        Assert.Equal(sum, table.Fold(0L, (key, value, total) => total + key + Sum(value)));
    }

    private static long Sum(ReadOnlySpan<int> words)
    {
        long sum = 0;
        foreach (int word in words)
            sum += word;
        return sum;
    }

    private void Add(int key)
    {
        if (_wordsHeld > MostWords)
        {
            Remove(key);
            return;
        }

        int[] value = NextValue();
        table.Add(key, value);
        _model.Add(key, value);
        _wordsHeld += value.Length;
    }

    private void Replace(int key)
    {
        int[] value = NextValue();
        _wordsHeld += value.Length - (_model.Find(key)?.Length ?? 0);
        table.Replace(key, value);
        _model.Replace(key, value);
    }

    private void Remove(int key)
    {
        _wordsHeld -= _model.Find(key)?.Length ?? 0;
        Assert.Equal(_model.Remove(key), table.Remove(key));
    }

    private void Find(int key)
    {
        int[]? expected = _model.Find(key);
        Assert.Equal(expected is not null, table.TryFind(key, out int[]? value));
        Assert.Equal(expected, value);
        Assert.Equal(expected is not null, table.TryFind(key, _destination, out int length));
        Assert.Equal(expected ?? [], _destination[..length]);
    }

    private void RemoveOneByBlocks(int key)
    {
        IReadOnlyList<int[]> values = _model.FindAll(key);
        int victim = values.Count == 0 ? 0 : random.Next(values.Count);
        int age = 0;
        table.WriteBlocks(key, WriteOperations.RemoveBinding, (_, isEnd) =>
        {
            if (!isEnd)
                return BlockDecision.Continue;
            return age++ == victim ? BlockDecision.Remove(BlockControl.Break) : BlockDecision.Continue;
        });
        _wordsHeld -= values.Count == 0 ? 0 : values[victim].Length;
        _model.RemoveAt(key, victim);
    }

    private void EditInPlace(int key)
    {
        int change = random.Next();
        if (_model.Find(key) is not { } expected)
            return;
        table.WriteBlocks(key, WriteOperations.None, (fragment, isEnd) =>
        {
            foreach (ref int word in fragment)
                word ^= change;
            return isEnd ? BlockDecision.Break : BlockDecision.Continue;
        });
        _model.Replace(key, [.. expected.Select(word => word ^ change)]);
    }

    /// <summary>Mostly few keys, so that bindings hide each other; some extremes; some keys that collide.</summary>
    private int NextKey() => random.Next(10) switch
    {
        0 => random.Next(4) switch { 0 => int.MinValue, 1 => int.MaxValue, 2 => 0, _ => -1 },
        1 => random.Next(50) * 1024,
        2 => random.Next() * (random.Next(2) == 0 ? 1 : -1),
        _ => random.Next(-300, 300),
    };

    private int[] NextValue()
    {
        int lengthInWords = random.Next(1000) switch
        {
            0 => random.Next(LongestValue + 1),
            < 50 => random.Next(1000),
            < 150 => 0,
            _ => random.Next(80),
        };
        int first = random.Next();
        return [.. Enumerable.Range(0, lengthInWords).Select(i => unchecked(first + i))];
    }

    /// <summary>Thrown to have a transaction taken back.</summary>
    private sealed class TakenBackException : Exception;
}

using System.Buffers;

namespace Netshm.Exploration;

/// <summary>What the processes of a script do to the open table.</summary>
internal sealed class ScriptOperations
{
    /// <summary>Where the keys of typed bindings are, away from the others.</summary>
    private const int FirstTypedKey = 1_000_000, TypedKeys = 5;

    /// <summary>A word of the master page that nobody uses.</summary>
    private const int UnusedWord = 15;

    private readonly Random _random;
    private readonly ScriptShape _shape;
    private readonly StoreRecorder _recorder;
    private readonly Coverage _coverage;

    public ScriptOperations(Random random, ScriptShape shape, StoreRecorder recorder, Coverage coverage)
    {
        _random = random;
        _shape = shape;
        _recorder = recorder;
        _coverage = coverage;
    }

    /// <summary>Whether the table's locking method knows transactions.</summary>
    public bool HasTransactions { get; set; }

    /// <summary>Whether a transaction is under way.</summary>
    public bool IsInTransaction { get; private set; }

    /// <summary>To be called when what was done has ended by a death or a refusal.</summary>
    public void ForgetTransaction() => IsInTransaction = false;

    /// <summary>Makes one modification, or reads something.</summary>
    public void DoOne(ShmTable table)
    {
        switch (_random.Next(10))
        {
            case < 2:
                Read(table);
                break;
            case 2:
                ModifyTyped(table);
                break;
            default:
                Modify(table);
                break;
        }
    }

    /// <summary>Runs some operations with the table locked.</summary>
    public void Group(ShmTable table, Action? between = null)
    {
        (GroupIntent intent, Covered what) = _random.Next(5) switch
        {
            0 => (GroupIntent.Read, Covered.ReadingGroup),
            1 => (GroupIntent.OnDemand, Covered.GroupOnDemand),
            _ => (GroupIntent.Write, Covered.Group),
        };
        Begin(what);
        table.Group(
            () =>
            {
                for (int i = _random.Next(1, 6); i > 0; i--)
                {
                    if (intent == GroupIntent.Read)
                        Read(table);
                    else if (HasTransactions && _random.Next(8) == 0)
                        Transact(table);
                    else
                        DoOne(table);
                    if (_random.Next(4) == 0)
                        Publish(table);
                }

                between?.Invoke();
            },
            intent);
    }

    /// <summary>Runs some operations that happen as a whole, or not at all.</summary>
    public void Transact(ShmTable table, int depth = 0)
    {
        bool fails = _random.Next(3) == 0;
        Begin((depth > 0, fails) switch
        {
            (false, false) => Covered.Transaction,
            (false, true) => Covered.FailedTransaction,
            (true, false) => Covered.NestedTransaction,
            (true, true) => Covered.FailedNestedTransaction,
        });
        bool wasInTransaction = IsInTransaction;
        IsInTransaction = true;
        try
        {
            table.Transact(() =>
            {
                for (int i = _random.Next(1, 7); i > 0; i--)
                {
                    if (depth < 2 && _random.Next(5) == 0)
                        Transact(table, depth + 1);
                    else
                        DoOne(table);
                }

                if (fails)
                    throw new IntendedException();
            });
        }
        catch (IntendedException)
        {
            _recorder.Tell("taken back");
        }

        IsInTransaction = wasInTransaction;
    }

    private void Modify(ShmTable table)
    {
        int key = _shape.DrawKey();
        switch (_random.Next(33))
        {
            case < 10:
                Begin(Covered.Add, key);
                table.Add(key, DrawValue());
                break;
            case < 18:
                Begin(Covered.Replace, key);
                table.Replace(key, DrawValue());
                break;
            case < 24:
                Begin(Covered.Remove, key);
                _ = table.Remove(key);
                break;
            case < 26:
                Begin(Covered.RemoveOlder, key);
                RemoveOlder(table, key);
                break;
            case < 28:
                Begin(Covered.Edit, key);
                Edit(table, key);
                break;
            case < 30:
                Begin(Covered.AddMany);
                WriteMany(table.AddMany);
                break;
            case < 32:
                Begin(Covered.ReplaceMany);
                WriteMany(table.ReplaceMany);
                break;
            default:
                Begin(Covered.RawStore);
                table.Memory[0, UnusedWord] = key;
                break;
        }
    }

    public void Read(ShmTable table)
    {
        int key = _shape.DrawKey();
        switch (_random.Next(10))
        {
            case < 3:
                Begin(Covered.Find, key);
                _ = table.TryFind(key, out _);
                break;
            case 3:
                Begin(Covered.FindMany);
                FindMany(table);
                break;
            case 4:
                Begin(Covered.FindAll, key);
                _ = table.FindAll(key);
                break;
            case 5:
                Begin(Covered.ReadBlocks, key);
                table.ReadBlocks(key, static (_, _) => BlockControl.Continue);
                break;
            case 6:
                Begin(Covered.Iterate);
                table.Iterate(static (_, _) => { });
                break;
            case 7:
                Begin(Covered.Statistics);
                _ = table.Count;
                _ = table.GetStatistics();
                break;
            case 8:
                Begin(Covered.Check);
                _ = table.Check();
                break;
            default:
                Begin(Covered.Flush);
                table.Flush();
                break;
        }
    }

    private void Begin(Covered what, int? key = null)
    {
        _coverage.Count(what);
        _recorder.Tell(key is null ? $"{what}" : $"{what} {key}");
    }

    private void Publish(ShmTable table)
    {
        Begin(Covered.Publishing);
        table.PublishGroup();
    }

    private int[] DrawValue()
    {
        int[] value = _shape.DrawValue();
        _coverage.CountIf(value.Length * sizeof(int) > _shape.PageSize, Covered.SeveralPages);
        _coverage.CountIf(value.Length == ScriptShape.HugeLength, Covered.HugeValue);
        return value;
    }

    private void RemoveOlder(ShmTable table, int key)
    {
        int binding = 0;
        int removed = _random.Next(1, 4);
        table.WriteBlocks(key, WriteOperations.RemoveBinding, (_, isEnd) => isEnd && ++binding == removed
            ? BlockDecision.Remove(BlockControl.Break)
            : BlockDecision.Continue);
    }

    /// <summary>Edits words here and there; the library itself stores nothing of it.</summary>
    private void Edit(ShmTable table, int key)
    {
        int step = _random.Next(1, 5);
        table.WriteBlocks(key, WriteOperations.None, (words, isEnd) =>
        {
            for (int i = 0; i < words.Length; i += step)
                words[i] = ~words[i];
            return isEnd && step == 1 ? BlockDecision.NextBinding : BlockDecision.Continue;
        });
    }

    private void WriteMany(WriteSome write)
    {
        int count = _random.Next(1, 7);
        int[] keys = new int[count], lengths = new int[count];
        List<int> values = [];
        for (int i = 0; i < count; i++)
        {
            int[] value = _random.Next(2) == 0 ? DrawValue() : _shape.DrawShortValue();
            keys[i] = _shape.DrawKey();
            lengths[i] = value.Length;
            values.AddRange(value);
        }

        write(keys, values.ToArray(), lengths);
    }

    private void FindMany(ShmTable table)
    {
        int[] keys = new int[_random.Next(1, 8)];
        for (int i = 0; i < keys.Length; i++)
            keys[i] = _shape.DrawKey();
        _ = table.FindMany(keys, new ArrayBufferWriter<int>(), new int[keys.Length]);
    }

    private void ModifyTyped(ShmTable table)
    {
        var typed = new ShmHashtable<int, string>(DataManagers.Int32, DataManagers.String, table);
        int key = FirstTypedKey + _random.Next(TypedKeys);
        string value = new((char)('a' + _random.Next(26)), _random.Next(60));
        switch (_random.Next(4))
        {
            case 0:
                Begin(Covered.TypedAdd, key);
                typed.Add(key, value);
                break;
            case 1:
                Begin(Covered.TypedReplace, key);
                typed.Replace(key, value);
                break;
            case 2:
                Begin(Covered.TypedRemove, key);
                _ = typed.Remove(key);
                break;
            default:
                Begin(Covered.TypedUpdate, key);
                _ = typed.Update(key, "", old => old + value[..(value.Length / 2)]);
                break;
        }
    }

    private delegate void WriteSome(ReadOnlySpan<int> keys, ReadOnlySpan<int> values, ReadOnlySpan<int> lengths);

    private sealed class IntendedException : Exception;
}

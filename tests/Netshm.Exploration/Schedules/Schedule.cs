using System.Buffers;
using System.Globalization;

namespace Netshm.Exploration;

/// <summary>Some processes that do small random operations on one table, in one random order of their steps.</summary>
internal sealed class Schedule : IDisposable
{
    private const int MaxOperationsPerLane = 6;
    private const int LargeTable = 20;

    /// <summary>A table of nine cells, which is laid out anew while the operations go on.</summary>
    private const int GrowingTable = 4;

    /// <summary>Some of them search the same cells, in the smallest table and in the larger one.</summary>
    private static readonly int[] s_keys = [1, 2, 3, 4, 43];

    private readonly Random _random;
    private readonly TableFiles _files = new();
    private readonly List<SimulatedProcess> _processes = [];
    private readonly Scheduler _scheduler;
    private History _history = new(TableState.Empty);
    private int _values;
    private bool _isAttaching;

    public Schedule(Random random)
    {
        _random = random;
        _scheduler = new Scheduler(random, deaths: Math.Max(0, random.Next(-1, 3)));
    }

    /// <summary>How many seams the processes came to.</summary>
    public int Steps => _scheduler.Steps;

    /// <summary>How many processes died.</summary>
    public int Deaths => _processes.Count(process => process.IsDead);

    public void Run()
    {
        try
        {
            Fill();
            int lanes = _random.Next(2, 4);
            for (int i = 0; i < lanes; i++)
                _scheduler.Add(RunLane);
            _scheduler.Run();
            if (_scheduler.Failure is { } failure)
                throw new ScheduleException($"{failure.Message}\n{_history}", failure);
            Finish();
            _history.Check();
        }
        finally
        {
            CloseAll();
        }
    }

    public void Dispose()
    {
        _scheduler.Dispose();
        _files.Dispose();
    }

    private static ShmTableOptions Options => Scenario.OptionsToOpen(LockingMethod.Futex);

    private void Fill()
    {
        SimulatedProcess first = NewProcess();
        first.DoAlive(process =>
        {
            int init = _random.Next(4) switch { 0 => LargeTable, 1 => GrowingTable, _ => 1 };
            process.Open(Options with { Init = init });
            if (init == GrowingTable)
                ClaimCells(process.Table);
            for (int i = _random.Next(6); i > 0; i--)
                process.Table.Add(DrawKey(), Values.Make(++_values));
            if (_random.Next(2) == 0)
                process.Table.Remove(DrawKey());
            _history = new History(TableState.Of(process.Table));
            if (_random.Next(2) == 0)
                process.Close();
        });
    }

    /// <summary>Claims so many cells that one more, or a few, begin a rehash.</summary>
    private void ClaimCells(ShmTable table)
    {
        for (int key = _random.Next(10, 14); key < 15; key++)
        {
            table.Add(key, Values.Make(0));
            table.Remove(key);
        }
    }

    /// <summary>One process after the other, each until it dies or has done its operations.</summary>
    private void RunLane(Scheduler.Lane lane)
    {
        int operations = _random.Next(1, MaxOperationsPerLane + 1);
        bool isAlive;
        do
        {
            SimulatedProcess process = NewProcess();
            process.AtSeam = lane.Reach;
            isAlive = Attach(lane, process, opened => opened.Open(Options));
            while (isAlive && operations-- > 0)
                isAlive = process.Do(Operate);
            if (isAlive && _random.Next(2) == 0)
                isAlive = Attach(lane, process, opened => opened.Close());
            process.AtSeam = null;
        }
        while (!isAlive && operations > 0);
    }

    /// <summary>Comes or goes, which the creation lock lets only one process do at a time.</summary>
    private bool Attach(Scheduler.Lane lane, SimulatedProcess process, Action<SimulatedProcess> action)
    {
        lane.WaitUntil(() => !_isAttaching);
        _isAttaching = true;
        bool isAlive = process.Do(action);
        _isAttaching = false;
        return isAlive;
    }

    private SimulatedProcess NewProcess()
    {
        var process = new SimulatedProcess(_files);
        _processes.Add(process);
        return process;
    }

    /// <summary>Who is there or comes after all finds the table in order.</summary>
    private void Finish()
    {
        SimulatedProcess? left = _processes.Find(process => process is { IsOpen: true, IsDead: false });
        SimulatedProcess last = _random.Next(2) == 0 && left is not null ? left : NewProcess();
        last.DoAlive(process =>
        {
            if (!process.IsOpen)
                process.Open(Options);
            Operation operation = _history.Begin("at last");
            process.Table.Group(() => { });
            _files.AssertSequencesAreClosed();
            TableReport report = process.Table.Check();
            if (!report.IsConsistent)
                throw new ScheduleException($"{report}\n{_history}");
            See(operation, "at last", TableState.Of(process.Table), state => state);
        });
    }

    private void CloseAll()
    {
        foreach (SimulatedProcess process in _processes)
        {
            process.AtSeam = null;
            if (process is { IsOpen: true, IsDead: false })
                process.DoAlive(open => open.Close());
        }
    }

    private int DrawKey() => s_keys[_random.Next(s_keys.Length)];

    private void Operate(SimulatedProcess process)
    {
        ShmTable table = process.Table;
        switch (_random.Next(16))
        {
            case < 5:
                Write(process, [DrawWrite()], WriteUnit.Single);
                break;
            case 5:
                Write(process, DrawWrites(), WriteUnit.Group);
                break;
            case 6:
                Write(process, DrawWrites(), WriteUnit.Transaction);
                break;
            case 7:
                Write(process, DrawWrites(), WriteUnit.FailingTransaction);
                break;
            case 8:
                ReadAll(process, DrawKey());
                break;
            case 9:
                ReadMany(process);
                break;
            case 10:
                Operation dump = Begin(process, "iterate");
                See(dump, dump.What, TableState.Of(table), state => state);
                break;
            case 11:
                Operation count = Begin(process, "count");
                See(count, count.What, table.Count, state => state.Count);
                break;
            default:
                Read(process, DrawKey());
                break;
        }
    }

    private Operation Begin(SimulatedProcess process, string what) =>
        _history.Begin(string.Create(CultureInfo.InvariantCulture, $"process {process.Number}: {what}"));

    /// <summary>Ends an operation that saw something, which the state must have shown at an instant.</summary>
    private void See<T>(Operation operation, string what, T seen, Func<TableState, T> expected) => _history.End(
        operation, $"{what} -> {seen?.ToString() ?? "nothing"}",
        state => EqualityComparer<T>.Default.Equals(expected(state), seen) ? [state] : []);

    private void Read(SimulatedProcess process, int key)
    {
        Operation operation = Begin(process, $"find {key}");
        int? found = null;
        Span<int> words = stackalloc int[64];
        if (_random.Next(4) == 0)
        {
            See(operation, operation.What + "?", process.Table.Contains(key), state => state.Find(key) is not null);
            return;
        }

        if (_random.Next(2) == 0)
        {
            if (process.Table.TryFind(key, words, out int length))
                found = Values.NumberOf(words[..length]);
        }
        else if (process.Table.TryFind(key, out int[]? value)) // Reads short values in a step of their own.
        {
            found = Values.NumberOf(value);
        }

        See(operation, operation.What, found, state => state.Find(key));
    }

    private void ReadAll(SimulatedProcess process, int key)
    {
        Operation operation = Begin(process, $"find all {key}");
        string found = string.Join(',', process.Table.FindAll(key).Select(value => Values.NumberOf(value)));
        See(operation, operation.What, found, state => string.Join(',', state.FindAll(key)));
    }

    /// <summary>Each of the values may be of another instant.</summary>
    private void ReadMany(SimulatedProcess process)
    {
        Operation[] operations = [.. s_keys.Select(key => Begin(process, $"find many: {key}"))];
        var values = new ArrayBufferWriter<int>();
        int[] lengths = new int[s_keys.Length];
        process.Table.FindMany(s_keys, values, lengths);
        ReadOnlySpan<int> rest = values.WrittenSpan;
        for (int i = 0; i < s_keys.Length; i++)
        {
            int key = s_keys[i];
            int? found = lengths[i] < 0 ? null : Values.NumberOf(rest[..lengths[i]]);
            rest = rest[Math.Max(0, lengths[i])..];
            See(operations[i], operations[i].What, found, state => state.Find(key));
        }
    }

    private TableWrite DrawWrite() => new((WriteKind)_random.Next(4), DrawKey(), ++_values);

    private TableWrite[] DrawWrites() => [.. Enumerable.Range(0, _random.Next(1, 5)).Select(_ => DrawWrite())];

    private void Write(SimulatedProcess process, TableWrite[] writes, WriteUnit unit)
    {
        Operation operation = Begin(process, $"{unit}: {string.Join("; ", writes)}");
        operation.Outcomes = state => unit switch
        {
            WriteUnit.FailingTransaction => [state],
            WriteUnit.Group => TableWrite.Prefixes(state, writes),
            _ => [TableWrite.ApplyAll(state, writes)],
        };
        string results = TableWrite.Run(process.Table, writes, unit);
        _history.End(operation, $"{operation.What} -> {results}", state =>
        {
            if (TableWrite.ExpectedResults(state, writes) != results)
                return [];
            return [unit == WriteUnit.FailingTransaction ? state : TableWrite.ApplyAll(state, writes)];
        });
    }
}

/// <summary>A schedule went wrong; the message has its history.</summary>
internal sealed class ScheduleException(string message, Exception? cause = null) : Exception(message, cause);

using System.Globalization;

namespace Netshm.Actors.Worker.Cluster;

/// <summary>Random writes of a worker to its own keys, beside a model of them, and look-ups of all keys.</summary>
internal sealed class NearRun
{
    private readonly INearTable _table;
    private readonly string _worker;
    private readonly Random _random;
    private readonly int _keys;
    private readonly int _writes;
    private readonly string[] _all;
    private readonly Dictionary<string, Stack<int>> _model = [];
    private int _lastValue;

    /// <param name="table">The table.</param>
    /// <param name="worker">The worker's number.</param>
    /// <param name="command">"run", the seed, the number of keys and that of writes.</param>
    public NearRun(INearTable table, string worker, string[] command)
    {
        _table = table;
        _worker = worker;
        _random = new Random(int.Parse(command[1], CultureInfo.InvariantCulture));
        _keys = int.Parse(command[2], CultureInfo.InvariantCulture);
        _writes = int.Parse(command[3], CultureInfo.InvariantCulture);
        _all = [.. NearCommand.AllKeys(_keys)];
    }

    /// <summary>Runs, and says what the worker's keys are bound to.</summary>
    public async Task<string> Run()
    {
        for (int i = 0; i < _writes; i++)
        {
            await Write(FormattableString.Invariant($"w{_worker}-{_random.Next(_keys)}"));
            for (int reads = 0; reads < 3; reads++)
                _ = await _table.Cache.TryFindAsync(_all[_random.Next(_all.Length)]);
        }

        return string.Join(' ', Enumerable.Range(0, _keys).Select(
            key => FormattableString.Invariant($"w{_worker}-{key}")).Select(
            key => NearCommand.TextOf(
                key, _model.TryGetValue(key, out Stack<int>? values) && values.Count > 0 ? values.Peek() : default(Option<int>))));
    }

    private async Task Write(string key)
    {
        if (!_model.TryGetValue(key, out Stack<int>? values))
            _model.Add(key, values = new Stack<int>());
        int value = ++_lastValue;
        switch (_random.Next(4))
        {
            case 0:
                await _table.AddAsync(key, value);
                values.Push(value);
                break;
            case 1 when values.Count > 0:
                if (!await _table.RemoveAsync(key))
                    throw new InvalidOperationException($"{key} was lost");
                _ = values.Pop();
                break;
            default:
                await _table.ReplaceAsync(key, value);
                _ = values.TryPop(out _);
                values.Push(value);
                break;
        }
    }
}

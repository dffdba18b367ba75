namespace Netshm.Actors.Worker.Cluster;

/// <summary>Random writes of a worker to its own keys, beside a model of them, and look-ups of all keys.</summary>
internal sealed class NearRun
{
    private readonly INearTable _table;
    private readonly string _worker;
    private readonly Dictionary<string, Stack<int>> _model = [];
    private Random _random = new();
    private int _lastValue;

    public NearRun(INearTable table, string worker)
    {
        _table = table;
        _worker = worker;
    }

    /// <summary>Runs, and says what the worker's keys are bound to.</summary>
    /// <param name="seed">What the random numbers depend on.</param>
    /// <param name="keys">How many keys each worker has.</param>
    /// <param name="writes">How many writes to do.</param>
    public async Task<string> Run(int seed, int keys, int writes)
    {
        _random = new Random(seed);
        string[] all = [.. NearCommand.AllKeys(keys)];
        for (int i = 0; i < writes; i++)
        {
            await Write(FormattableString.Invariant($"w{_worker}-{_random.Next(keys)}"));
            for (int reads = 0; reads < 3; reads++)
                _ = await _table.Cache.TryFindAsync(all[_random.Next(all.Length)]);
        }

        return string.Join(' ', all.Where(key => key.StartsWith($"w{_worker}-", StringComparison.Ordinal)).Select(
            key => NearCommand.TextOf(key, ValueOf(key))));
    }

    private Option<int> ValueOf(string key) =>
        _model.TryGetValue(key, out Stack<int>? values) && values.Count > 0 ? values.Peek() : default(Option<int>);

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

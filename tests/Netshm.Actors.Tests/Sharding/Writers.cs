using Netshm.Actors.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>
/// Tasks that count a key each up, one write after the other, and remember what was acknowledged.
/// </summary>
internal sealed class Writers : IDisposable
{
    private static readonly TimeSpan s_patienceWithOne = TimeSpan.FromSeconds(3);

    private readonly CancellationTokenSource _stop = new();
    private readonly ShardedTable<string, int> _table;
    private readonly int[] _tried;
    private readonly int[] _acknowledged;
    private readonly Task[] _tasks;

    /// <summary>Starts them.</summary>
    public Writers(ShardedTable<string, int> table, int count)
    {
        _table = table;
        _tried = new int[count];
        _acknowledged = new int[count];
        _tasks = [.. Enumerable.Range(0, count).Select(index => Task.Run(() => RunAsync(index)))];
    }

    /// <summary>Waits until every task has had further writes acknowledged.</summary>
    public async Task AdvanceAsync(TimeSpan patience)
    {
        const int further = 10;
        using var limit = new CancellationTokenSource(patience);
        int[] goals = [.. _acknowledged.Select(value => value + further)];
        for (int index = 0; index < goals.Length; index++)
        {
            while (Volatile.Read(ref _acknowledged[index]) < goals[index])
                await Task.Delay(10, limit.Token);
        }
    }

    /// <summary>Stops, and asserts that each key has what was acknowledged last, or what was tried after it.</summary>
    public async Task StopAndCheckAsync()
    {
        await StopAsync();
        for (int index = 0; index < _tasks.Length; index++)
            Assert.InRange(await _table.FindAsync(KeyOf(index)), _acknowledged[index], _tried[index]);
    }

    /// <summary>Writes nothing any more.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_tasks);
    }

    /// <summary>After <see cref="StopAsync"/>: the keys whose value is older than the one that was acknowledged last.</summary>
    public async Task<IReadOnlyList<string>> FindOverwrittenAsync(TimeSpan patience)
    {
        List<string> overwritten = [];
        for (int index = 0; index < _tasks.Length; index++)
        {
            int found = await _table.FindAsync(KeyOf(index), patience);
            if (found < _acknowledged[index])
                overwritten.Add($"'{KeyOf(index)}' has {found}; {_acknowledged[index]} was acknowledged");
        }

        return overwritten;
    }

    public void Dispose() => _stop.Dispose();

    /// <summary>The key that a task counts up.</summary>
    public static string KeyOf(int index) => $"written {index}";

    private async Task RunAsync(int index)
    {
        while (!_stop.IsCancellationRequested)
        {
            int value = ++_tried[index];
            try
            {
                await _table.ReplaceAsync(KeyOf(index), value, s_patienceWithOne);
                Volatile.Write(ref _acknowledged[index], value);
                await Task.Delay(1); // The other processes need the processors, too.
            }
            catch (Exception e) when (e is OutcomeUnknownException or RequestTimeoutException)
            {
                // It may have been on its way to a process that was killed, or to a partition without an owner.
            }
        }
    }
}

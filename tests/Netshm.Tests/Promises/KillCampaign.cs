using Netshm.TestKit;
using Netshm.Worker;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>Four processes churn a table while they are killed and restarted at random instants.</summary>
internal sealed class KillCampaign(LockingMethod locking, ITestOutputHelper output)
{
    private const int Workers = 4;
    private const int KillsPerTable = 50;
    private const int LongestPauseInMilliseconds = 40;

    private int _kills;
    private int _ends;
    private int _tables;

    /// <summary>Starts a worker process, given which of the four it is to be and its command.</summary>
    public Func<int, string[], ChildProcess> Start { get; init; } = (_, command) => WorkerProcess.Start(command);

    /// <summary>Kills so often, beginning with a new table from time to time, and prints what happened.</summary>
    public void Run(int kills, Random random)
    {
        var totals = new long[Enum.GetValues<BoardCounter>().Length];
        while (_kills < kills)
            RunOnOneTable(Math.Min(kills, _kills + KillsPerTable), random, totals);
        output.WriteLine($"{locking}: {_kills} kills and {_ends} ordinary ends on {_tables} tables; " +
            string.Join(", ", Enum.GetValues<BoardCounter>().Select(counter => $"{counter} {totals[(int)counter]}")));
        Assert.True(totals[(int)BoardCounter.Recoveries] > 0, "no kill met a writer at work");
    }

    private void RunOnOneTable(int killsUntil, Random random, long[] totals)
    {
        var options = new ShmTableOptions { Locking = locking, Init = 1 };
        using var temp = new TempTable(options: options);
        ShmTable.Open(temp.Name, options).Dispose();
        string boardPath = temp.Name.MemoryPath + ".board";
        try
        {
            using AckBoard board = AckBoard.Create(boardPath, Workers);
            var processes = new ChildProcess?[Workers];
            try
            {
                Churn(temp.Name, boardPath, processes, killsUntil, random);
            }
            catch
            {
                temp.IsDamagedOnPurpose(); // The failure at hand tells more than one at the end of the test would.
                throw;
            }
            finally
            {
                foreach (ChildProcess? process in processes)
                    process?.Dispose();
            }

            Check(temp.Name, board);
            foreach (BoardCounter counter in Enum.GetValues<BoardCounter>())
                totals[(int)counter] += board.Total(Workers, counter);
            _tables++;
        }
        finally
        {
            File.Delete(boardPath);
        }
    }

    private void Churn(
        SharedMemoryName name, string boardPath, ChildProcess?[] processes, int killsUntil, Random random)
    {
        while (_kills < killsUntil)
        {
            for (int i = 0; i < Workers; i++)
            {
                processes[i] ??= Start(i, ["churn", name.ToString(), $"{locking}", boardPath, $"{i}", $"{Workers}",
                    $"{random.Next()}"]);
            }

            int victim = random.Next(Workers);
            bool duringStart = random.Next(6) == 0;
            if (!duringStart)
                AssertReady(processes[victim]!);
            Thread.Sleep(random.Next(LongestPauseInMilliseconds)); // The random instant.
            switch (random.Next(12))
            {
                case 0:
                    for (int i = 0; i < Workers; i++)
                        Kill(ref processes[i]);
                    break;
                case 1 when !duringStart:
                    processes[victim]!.Dispose();
                    processes[victim] = null;
                    _ends++;
                    break;
                default:
                    Kill(ref processes[victim]);
                    break;
            }
        }
    }

    private readonly HashSet<ChildProcess> _ready = [];

    private void AssertReady(ChildProcess process)
    {
        if (_ready.Add(process))
            Assert.Equal("ready", process.ReadLine());
    }

    private void Kill(ref ChildProcess? process)
    {
        process!.Kill();
        process.Dispose();
        process = null;
        _kills++;
    }

    private void Check(SharedMemoryName name, AckBoard board)
    {
        using ShmTable table = ShmTable.Open(name, new ShmTableOptions { Locking = locking });
        var check = new BoardCheck(table, board);
        int expected = 0;
        for (int worker = 0; worker < Workers; worker++)
        {
            check.Settle(worker);
            expected += check.CountOf(worker);
        }

        Assert.Equal(expected, table.Count);
        TableReport report = table.Check();
        Assert.True(report.IsConsistent, report.ToString());
    }
}

using System.Globalization;
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
    private const int MostKillsWithoutRecovery = 1000;

    private readonly List<ChildProcess> _followers = [];

    private int _kills;
    private int _ends;
    private int _tables;

    /// <summary>Starts a worker process, given which of the four it is to be and its command.</summary>
    public Func<int, string[], ChildProcess> Start { get; init; } = (_, command) => WorkerProcess.Start(command);

    /// <summary>How many changes the tables' feeds hold; 0 for none.</summary>
    public int ChangeFeedCapacity { get; init; }

    /// <summary>How many processes play each table's feed through, and compare what it comes to with the table.</summary>
    public int Followers { get; init; }

    /// <summary>How many changes the followers saw, all together.</summary>
    public long Changes { get; private set; }

    /// <summary>
    /// Kills so often, beginning with a new table from time to time, and prints what happened. Where none of them met a writer
    /// at work, which a few may well miss, it goes on until one does.
    /// </summary>
    public void Run(int kills, Random random)
    {
        var totals = new long[Enum.GetValues<BoardCounter>().Length];
        while (_kills < kills)
            RunOnOneTable(Math.Min(kills, _kills + KillsPerTable), random, totals);
        while (totals[(int)BoardCounter.Recoveries] == 0 && _kills < MostKillsWithoutRecovery)
            RunOnOneTable(_kills + KillsPerTable, random, totals);
        output.WriteLine($"{locking}: {_kills} kills and {_ends} ordinary ends on {_tables} tables; " +
            string.Join(", ", Enum.GetValues<BoardCounter>().Select(counter => $"{counter} {totals[(int)counter]}")));
        Assert.True(totals[(int)BoardCounter.Recoveries] > 0, "no kill met a writer at work");
    }

    private void RunOnOneTable(int killsUntil, Random random, long[] totals)
    {
        var options = new ShmTableOptions { Locking = locking, Init = 1, ChangeFeedCapacity = ChangeFeedCapacity };
        using var temp = new TempTable(options: options);
        using (ShmTable.Open(temp.Name, options))
        {
            // With a feed it stays in use from now on, so that nothing happens that the feed does not know.
            StartFollowers(temp.Name);
        }

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
            FinishFollowers();
            foreach (BoardCounter counter in Enum.GetValues<BoardCounter>())
                totals[(int)counter] += board.Total(Workers, counter);
            _tables++;
        }
        finally
        {
            foreach (ChildProcess follower in _followers)
                follower.Dispose();
            File.Delete(boardPath);
        }
    }

    private void StartFollowers(SharedMemoryName name)
    {
        _followers.Clear();
        for (int i = 0; i < Followers; i++)
        {
            ChildProcess follower = WorkerProcess.Start("follow", name.ToString());
            _followers.Add(follower);
            Assert.Equal("ready", follower.ReadLine());
        }
    }

    private void FinishFollowers()
    {
        foreach (ChildProcess follower in _followers)
        {
            string[] answer = follower.Finish().Single().Split(' ');
            Changes += long.Parse(answer[0], CultureInfo.InvariantCulture);
            Assert.Equal(("0", "True"), (answer[1], answer[2]));
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

        // Under record locks only a process that comes to write clears up what a dead one left.
        table.Group(static () => { });
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

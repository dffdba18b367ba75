using Netshm.TestKit;
using Netshm.Worker;
using Xunit.Abstractions;

namespace Netshm.Tool.Tests;

/// <summary>backup of a table that processes write to as fast as they can. NETSHM_BACKUPS=100 is the long form.</summary>
public sealed class BackupLoadTests(ITestOutputHelper output)
{
    private const string Variable = "NETSHM_BACKUPS";
    private const int ShortForm = 4, Writers = 2, KeysPerWriter = 25;
    private const int OneOfSoManyCheckedByTheProgram = 10;

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Each_backup_equals_the_table_at_an_instant_between_its_start_and_its_end(LockingMethod locking)
    {
        int backups = LongForm.Rounds(Variable, ShortForm);
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        string boardPath = Path.GetTempFileName() + ".board";
        using var board = SequenceBoard.Create(boardPath);
        File.Delete(boardPath[..^".board".Length]);
        _ = temp.Open();
        List<ChildProcess> writers = [];
        try
        {
            for (int writer = 0; writer < Writers; writer++)
            {
                writers.Add(WorkerProcess.Start(
                    "sequence", temp.Name.ToString(), locking.ToString(), boardPath, $"{writer}", $"{KeysPerWriter}"));
                Assert.Equal("ready", writers[writer].ReadLine());
            }

            int[] begin = Acknowledged(board);
            for (int backup = 0; backup < backups; backup++)
                BackUp(temp, board, byTheProgram: backup % OneOfSoManyCheckedByTheProgram == 0);
            int[] end = Acknowledged(board);
            output.WriteLine($"{locking}: {backups} backups beside {end.Sum() - begin.Sum()} groups of {KeysPerWriter} writes");
            Assert.All(begin.Zip(end), pair => Assert.True(pair.First < pair.Second, "a writer has not written"));
        }
        finally
        {
            foreach (ChildProcess writer in writers)
                writer.Dispose();
            File.Delete(boardPath);
        }
    }

    private static int[] Acknowledged(SequenceBoard board) =>
        [.. Enumerable.Range(0, Writers).Select(board.Acknowledged)];

    private static void BackUp(TempTable temp, SequenceBoard board, bool byTheProgram)
    {
        using var copy = new TempTable();
        int[] before = Acknowledged(board);
        ToolRun.Fine(temp, "backup", copy.Name.ToString(), "--timeout", "never");
        int[] after = Acknowledged(board);

        if (byTheProgram)
            Assert.Contains("consistent", ToolRun.Fine(copy, "check").Output, StringComparison.Ordinal);
        ShmTable table = copy.Open();
        Assert.True(table.Check().IsConsistent);
        for (int writer = 0; writer < Writers; writer++)
        {
            // What is acknowledged on the board is in the table; the next number may be in it before it is acknowledged.
            int number = table.TryFind(SequenceBoard.Key(writer, 0), out int[]? first) ? first![0] : 0;
            Assert.InRange(number, before[writer], after[writer] + 1);
            for (int i = 0; number > 0 && i < KeysPerWriter; i++)
                Assert.Equal(SequenceBoard.Value(i, number), table.Find(SequenceBoard.Key(writer, i)));
        }
    }
}

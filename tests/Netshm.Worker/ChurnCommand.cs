using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>churn NAME LOCKING BOARD WORKER WORKERS SEED</c>: makes sure that everything its predecessors as this WORKER
/// (0 to WORKERS - 1) have acknowledged on the board is in the table, says "ready", and writes and reads at random
/// until its input ends or it is killed.
/// </summary>
internal static class ChurnCommand
{
    public static int Run(string name, string locking, string boardPath, string workerText, string workers, string seed)
    {
        int worker = int.Parse(workerText, CultureInfo.InvariantCulture);
        using AckBoard board = AckBoard.Open(boardPath);
        using ShmTable table = WorkerTable.Open(name, locking);
        if (table.LastRecovery is { } first)
            Count(board, worker, first);
        table.Recovered += recovery => Count(board, worker, recovery);
        var check = new BoardCheck(table, board);
        check.Settle(worker);
        Console.WriteLine("ready");

        var random = new Random(int.Parse(seed, CultureInfo.InvariantCulture));
        var churn = new Churn(
            table, board, check, worker, int.Parse(workers, CultureInfo.InvariantCulture), random);
        Task inputEnds = Task.Run(Console.In.ReadToEnd);
        while (!inputEnds.IsCompleted)
            churn.Step();
        return 0;
    }

    private static void Count(AckBoard board, int worker, TableRecovery recovery)
    {
        board.Count(worker, BoardCounter.Recoveries);
        if (recovery.RecordsUndone > 0)
            board.Count(worker, BoardCounter.Undone);
        if (recovery.Scanned)
            board.Count(worker, BoardCounter.Scans);
        if (recovery.RehashFinished)
            board.Count(worker, BoardCounter.Rehashes);
    }
}

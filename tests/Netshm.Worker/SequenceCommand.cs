using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>sequence NAME LOCKING BOARD WRITER KEYS</c>: says "ready", then, until its input ends, gives the next number to all of
/// its keys at once, in values of changing lengths, and acknowledges each number on a <see cref="SequenceBoard"/>.
/// </summary>
/// <remarks>
/// The keys of writer W are W · 1000 and those after it. Besides them it adds and removes keys of its own, so that pages
/// come and go and the table is laid out anew; there are always as many of them between two numbers.
/// </remarks>
internal static class SequenceCommand
{
    private const int PassingKeys = 30, FirstPassingKey = 1_000_000, PassingRange = 1000;

    public static int Run(string name, string locking, string boardPath, string writerText, string keysText)
    {
        int writer = int.Parse(writerText, CultureInfo.InvariantCulture);
        int keys = int.Parse(keysText, CultureInfo.InvariantCulture);
        using var board = SequenceBoard.Open(boardPath);
        using ShmTable table = WorkerTable.Open(name, locking);
        bool stop = false;
        Console.WriteLine("ready");
        var input = new Thread(() =>
        {
            _ = Console.In.ReadToEnd();
            Volatile.Write(ref stop, true);
        })
        { IsBackground = true };
        input.Start();
        for (int number = 1; !Volatile.Read(ref stop); number++)
        {
            int current = number;
            if (table.Locking == LockingMethod.Futex)
                table.Transact(() => WriteAll(table, writer, keys, current));
            else
                table.Group(() => WriteAll(table, writer, keys, current));
            board.Acknowledge(writer, number);
        }

        return 0;
    }

    private static void WriteAll(ShmTable table, int writer, int keys, int number)
    {
        for (int i = 0; i < keys; i++)
            table.Replace(SequenceBoard.Key(writer, i), SequenceBoard.Value(i, number));
        int passing = FirstPassingKey + (writer * PassingRange);
        table.Add(passing + (number % PassingRange), [number]);
        if (number > PassingKeys && !table.Remove(passing + ((number - PassingKeys) % PassingRange)))
            throw new InvalidOperationException($"the key that was added at number {number - PassingKeys} is gone");
    }
}

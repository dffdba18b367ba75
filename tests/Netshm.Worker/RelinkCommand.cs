using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>relink NAME LOCKING WORKER ROUNDS SEED</c>: says "ready", waits for a line, and then ROUNDS times opens or
/// creates the table, uses it, and maybe removes it, while others do the same. At the end it says how often it removed
/// the table, and how often which errors were met that tell of a table that was removed meanwhile.
/// </summary>
/// <remarks>
/// Key 0 counts the uses of all workers, and a key of each worker its own ones. A count is read and then stored in a
/// group, so that two workers that do not exclude each other show in the sum.
/// </remarks>
internal static class RelinkCommand
{
    private const int Workers = 4;
    private const int MostUses = 20;

    public static int Run(string nameText, string locking, string workerText, string rounds, string seed)
    {
        var name = SharedMemoryName.Parse(nameText);
        int worker = int.Parse(workerText, CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(seed, CultureInfo.InvariantCulture));
        var errors = new SortedDictionary<string, int>();
        int removed = 0;
        Console.WriteLine("ready");
        Console.ReadLine();
        for (int round = int.Parse(rounds, CultureInfo.InvariantCulture); round > 0; round--)
        {
            try
            {
                using ShmTable table = WorkerTable.Open(nameText, locking);
                Use(table, worker, random.Next(MostUses));
                if (random.Next(3) == 0)
                    removed += Remove(name);
                Use(table, worker, random.Next(MostUses));
                TableReport report = table.Group(table.Check, GroupIntent.Read);
                if (!report.IsConsistent)
                    throw new InvalidDataException(report.ToString());
            }
            catch (IOException e) when (e is not FileNotFoundException)
            {
                string kind = e.Message.Contains("removed or replaced", StringComparison.Ordinal)
                    ? "removed"
                    : e.Message;
                errors[kind] = errors.GetValueOrDefault(kind) + 1;
            }
        }

        Console.WriteLine(FormattableString.Invariant($"{removed}"));
        foreach ((string kind, int count) in errors)
            Console.WriteLine(FormattableString.Invariant($"{count} {kind}"));
        return 0;
    }

    private static int Remove(SharedMemoryName name)
    {
        try
        {
            SharedMemoryObject.Unlink(name);
            return 1;
        }
        catch (FileNotFoundException)
        {
            return 0; // Somebody else was faster.
        }
    }

    private static void Use(ShmTable table, int worker, int uses)
    {
        for (int i = 0; i < uses; i++)
        {
            table.Group(() =>
            {
                int total = Read(table, 0);
                int sum = Enumerable.Range(1, Workers).Sum(key => Read(table, key));
                if (total != sum)
                    throw new InvalidOperationException(FormattableString.Invariant($"{total} uses, not {sum}"));
                table.Replace(0, [total + 1]);
                table.Replace(1 + worker, [Read(table, 1 + worker) + 1]);
            });
        }
    }

    private static int Read(ShmTable table, int key) => table.TryFind(key, out int[]? value) ? value[0] : 0;
}

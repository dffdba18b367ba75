using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>open-many DIRECTORY LOCKING COUNT</c>: opens so many tables, or as many as it can, and adds a binding to each. Says how
/// many there are, how many files it may have open, and which error came, if any; then reads all bindings, and says "read".
/// </summary>
internal static class OpenManyCommand
{
    public static int Run(string directory, string locking, string count)
    {
        int most = int.Parse(count, CultureInfo.InvariantCulture);
        var options = new ShmTableOptions { Locking = Enum.Parse<LockingMethod>(locking), PageSize = 64, Init = 10 };
        List<ShmTable> tables = [];
        string limit = FileLimit();
        string error = ErrorOf(() => OpenUpTo(most, directory, options, tables));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tables.Count} {limit} {error}"));
        for (int i = 0; i < tables.Count; i++)
        {
            if (tables[i].Find(i + 1) is not [var value] || value != i + 1)
                throw new InvalidDataException($"table {i} has lost its binding");
        }

        Console.WriteLine("read");
        foreach (ShmTable table in tables)
            table.Dispose();
        return 0;
    }

    private static void OpenUpTo(int most, string directory, ShmTableOptions options, List<ShmTable> tables)
    {
        while (tables.Count < most)
        {
            string path = Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"{tables.Count}"));
            tables.Add(ShmTable.Open(SharedMemoryName.File(path), options));
            tables[^1].Add(tables.Count, [tables.Count]);
        }
    }

    /// <summary>Does something; gives the message of what kept it from that, or nothing.</summary>
    private static string ErrorOf(Action action)
    {
        try
        {
            action();
            return "";
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private static string FileLimit() => File.ReadLines("/proc/self/limits")
        .First(line => line.StartsWith("Max open files", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
}

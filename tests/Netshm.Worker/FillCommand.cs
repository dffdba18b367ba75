using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>fill NAME LOCKING</c>: says "ready", and for each line of its input adds bindings until there is no room, then says
/// which exception came, how many bindings there are and whether the table is consistent.
/// </summary>
internal static class FillCommand
{
    public static int Run(string name, string locking)
    {
        using ShmTable table = WorkerTable.Open(name, locking);
        int key = 0;
        Console.WriteLine("ready");
        while (Console.ReadLine() is not null)
        {
            string exception = Fill(table, ref key);
            TableReport report = table.Check();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{exception} {report.Bindings == key} {report.IsConsistent}"));
        }

        return 0;
    }

    private static string Fill(ShmTable table, ref int key)
    {
        int[] value = new int[500];
        try
        {
            for (; ; key++)
                table.Add(key, value);
        }
        catch (NetshmException e)
        {
            return e.GetType().Name;
        }
    }
}

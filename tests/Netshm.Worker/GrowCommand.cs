using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>grow NAME LOCKING BINDINGS</c>: adds so many bindings, one after the other, has the table written back to its device,
/// checks it, says how many bindings the table has, and ends after the next line of input.
/// </summary>
internal static class GrowCommand
{
    public static int Run(string name, string locking, string bindings)
    {
        using ShmTable table = WorkerTable.Open(name, locking);
        int count = int.Parse(bindings, CultureInfo.InvariantCulture);
        int[] value = new int[20];
        for (int key = 0; key < count; key++)
            table.Add(key, value);
        table.Flush();
        TableReport report = table.Check();
        if (!report.IsConsistent)
            throw new InvalidDataException(report.ToString());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Bindings}"));
        Console.ReadLine();
        return 0;
    }
}

using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>replace NAME LOCKING KEY</c>: says "ready" after the first one, and replaces the binding of KEY by growing
/// numbers, each repeated so often that the value takes several pages, until it is killed.
/// </summary>
internal static class ReplaceCommand
{
    private const int Repetitions = 150;

    public static int Run(string name, string locking, string key)
    {
        int keyNumber = int.Parse(key, CultureInfo.InvariantCulture);
        using ShmTable table = WorkerTable.Open(name, locking);
        int[] value = new int[Repetitions];
        for (int i = 0; ; i++)
        {
            value.AsSpan().Fill(i);
            table.Replace(keyNumber, value);
            if (i == 0)
                Console.WriteLine("ready");
        }
    }
}

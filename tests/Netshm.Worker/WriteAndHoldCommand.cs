namespace Netshm.Worker;

/// <summary>
/// <c>write-and-hold NAME LOCKING</c>: says "ready"; at a line of input replaces the bindings of the keys 0 to 9 by what
/// they are, in a group, says "held", and keeps the group open until the next line.
/// </summary>
internal static class WriteAndHoldCommand
{
    private const int Keys = 10;

    public static int Run(string name, string locking)
    {
        using ShmTable table = WorkerTable.Open(name, locking);
        Console.WriteLine("ready");
        Console.ReadLine();
        table.Group(() =>
        {
            for (int key = 0; key < Keys; key++)
                table.Replace(key, table.Find(key));
            Console.WriteLine("held");
            Console.ReadLine();
        });
        return 0;
    }
}

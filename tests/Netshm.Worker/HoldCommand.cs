namespace Netshm.Worker;

/// <summary>
/// <c>hold NAME LOCKING INTENT</c>: opens a group on the table, says "held", and keeps it open until the next line
/// of input.
/// </summary>
internal static class HoldCommand
{
    public static int Run(string name, string locking, string intent)
    {
        using ShmTable table = WorkerTable.Open(name, locking);
        table.Group(
            () =>
            {
                Console.WriteLine("held");
                Console.ReadLine();
            },
            Enum.Parse<GroupIntent>(intent));
        return 0;
    }
}

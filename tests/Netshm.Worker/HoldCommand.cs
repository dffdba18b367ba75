namespace Netshm.Worker;

/// <summary>
/// <c>hold NAME INTENT</c>: opens a group on the table, says "held", and keeps it open until the next line of input.
/// </summary>
internal static class HoldCommand
{
    public static int Run(string name, string intent)
    {
        var options = new ShmTableOptions { Locking = LockingMethod.Record };
        using ShmTable table = ShmTable.Open(SharedMemoryName.Parse(name), options);
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

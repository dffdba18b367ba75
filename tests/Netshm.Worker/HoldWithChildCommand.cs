using System.Diagnostics;

namespace Netshm.Worker;

/// <summary>
/// <c>hold-with-child NAME LOCKING</c>: opens the table, starts a child process that sleeps for a minute, opens a group
/// on the table, says the child's number, and keeps the group open until the next line of input.
/// </summary>
internal static class HoldWithChildCommand
{
    public static int Run(string name, string locking)
    {
        using ShmTable table = WorkerTable.Open(name, locking);
        using Process child = Process.Start(new ProcessStartInfo("sleep", ["60"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        table.Group(() =>
        {
            Console.WriteLine(FormattableString.Invariant($"{child.Id}"));
            Console.ReadLine();
        });
        child.Kill();
        child.WaitForExit();
        return 0;
    }
}

// Two processes count up one number in shared memory. Started without arguments, the program starts itself a second
// time, both count, and it prints the sum, which is exact.
using System.Diagnostics;
using Netshm;

const int Increments = 100_000;
const int Counter = 0;
const string SecondProcess = "count-in";

if (args is [SecondProcess, var name])
{
    Count(SharedMemoryName.Parse(name));
    return 0;
}

SharedMemoryName table = SharedMemoryName.Local($"shared-counter-{Environment.ProcessId}");
try
{
    using ShmTable counters = ShmTable.Open(table);
    string[] itself = Environment.ProcessPath!.EndsWith("/dotnet", StringComparison.Ordinal)
        ? [Environment.ProcessPath, "exec", typeof(Program).Assembly.Location]
        : [Environment.ProcessPath];
    using Process second = Process.Start(itself[0], [.. itself[1..], SecondProcess, table.ToString()]);
    Count(table);
    await second.WaitForExitAsync();

    int sum = counters.Find(Counter)[0];
    Console.WriteLine($"2 processes counted {Increments} times each; the counter says {sum}.");
    return sum == 2 * Increments && second.ExitCode == 0 ? 0 : 1;
}
finally
{
    SharedMemoryObject.Unlink(table);
}

static void Count(SharedMemoryName name)
{
    using ShmTable counters = ShmTable.Open(name);
    for (int i = 0; i < Increments; i++)
    {
        // As a group, reading and writing are one: the other process can't come in between.
        counters.Group(() =>
        {
            int count = counters.TryFind(Counter, out int[]? value) ? value[0] : 0;
            counters.Replace(Counter, [count + 1]);
        });
    }
}

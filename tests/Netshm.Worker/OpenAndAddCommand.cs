using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>open-and-add LOCKING KEY</c>: for each line "NAME INIT" of its input, opens or creates the table, anew when
/// INIT is a number, adds a binding of KEY, and says "done".
/// </summary>
internal static class OpenAndAddCommand
{
    public static int Run(string locking, string key)
    {
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            var options = new ShmTableOptions
            {
                Locking = Enum.Parse<LockingMethod>(locking),
                Init = int.TryParse(words[1], CultureInfo.InvariantCulture, out int init) ? init : null,
            };
            using ShmTable table = ShmTable.Open(SharedMemoryName.Parse(words[0]), options);
            table.Add(int.Parse(key, CultureInfo.InvariantCulture), [1]);
            Console.WriteLine("done");
        }

        return 0;
    }
}

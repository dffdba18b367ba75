using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>open-and-add LOCKING KEY</c>: for each line "NAME INIT" of its input, opens or creates the table, anew when
/// INIT is a number, adds a binding of KEY, and says "done", or which exception refused it.
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
            Console.WriteLine(Add(SharedMemoryName.Parse(words[0]), options, int.Parse(key, CultureInfo.InvariantCulture)));
        }

        return 0;
    }

    private static string Add(SharedMemoryName name, ShmTableOptions options, int key)
    {
        try
        {
            using ShmTable table = ShmTable.Open(name, options);
            table.Add(key, [1]);
            return "done";
        }
        catch (InvalidTableOperationException e)
        {
            return e.GetType().Name;
        }
    }
}

namespace Netshm.Worker;

/// <summary>
/// <c>attempt LOCKING</c>: for each line "NAME MODE ACCESS" of its input, opens the table and, when it may write, adds a
/// binding; says "done", or which exception came.
/// </summary>
internal static class AttemptCommand
{
    public static int Run(string locking)
    {
        var options = new ShmTableOptions { Locking = Enum.Parse<LockingMethod>(locking) };
        Console.WriteLine("ready");
        while (Console.ReadLine() is { } line)
            Console.WriteLine(Attempt(line.Split(' '), options));
        return 0;
    }

    private static string Attempt(string[] words, ShmTableOptions options)
    {
        FileAccess access = Enum.Parse<FileAccess>(words[2]);
        try
        {
            using var memory = SharedMemoryObject.Open(
                SharedMemoryName.Parse(words[0]), Enum.Parse<FileMode>(words[1]), access);
            using ShmTable table = ShmTable.Manage(memory, options);
            _ = table.Count;
            if (access == FileAccess.ReadWrite)
                table.Add(1, [1]);
            return "done";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NetshmException)
        {
            return $"{e.GetType().Name}: {e.Message.ReplaceLineEndings(" ")}";
        }
    }
}

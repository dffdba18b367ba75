using System.Globalization;

namespace WordCount;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const int DefaultProcesses = 4;
    public const int DefaultTop = 20;
    public const int DefaultBatch = 64;
    public const int DefaultChunkInBytes = 64 * 1024;

    public bool Help { get; private set; }

    public int Processes { get; private set; } = DefaultProcesses;

    public int Top { get; private set; } = DefaultTop;

    /// <summary>How many words a worker counts under one lock.</summary>
    public int Batch { get; private set; } = DefaultBatch;

    public int ChunkInBytes { get; private set; } = DefaultChunkInBytes;

    /// <summary>Where all counts go, or null.</summary>
    public string? CountsFile { get; private set; }

    /// <summary>The files and directories to count; empty for the texts that come with the program.</summary>
    public IReadOnlyList<string> Paths { get; private set; } = [];

    /// <exception cref="InputException">An option is unknown, lacks its value, or the value is out of range.</exception>
    public static Options Parse(IReadOnlyList<string> arguments)
    {
        var options = new Options();
        var paths = new List<string>();
        for (int i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "-h" or "--help":
                    options.Help = true;
                    break;
                case "--processes":
                    options.Processes = Number(arguments, ref i, max: 256);
                    break;
                case "--top":
                    options.Top = Number(arguments, ref i, max: int.MaxValue);
                    break;
                case "--batch":
                    options.Batch = Number(arguments, ref i, max: 1_000_000);
                    break;
                case "--chunk":
                    options.ChunkInBytes = Number(arguments, ref i, max: int.MaxValue);
                    break;
                case "--counts":
                    options.CountsFile = Value(arguments, ref i);
                    break;
                case "--":
                    paths.AddRange(arguments.Skip(i + 1));
                    i = arguments.Count;
                    break;
                case ['-', _, ..] unknown:
                    throw new InputException($"unknown option '{unknown}'; --help lists the options");
                case var path:
                    paths.Add(path);
                    break;
            }
        }

        options.Paths = paths;
        return options;
    }

    private static int Number(IReadOnlyList<string> arguments, ref int i, int max)
    {
        string option = arguments[i];
        string text = Value(arguments, ref i);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= 1 && number <= max
            ? number
            : throw new InputException($"{option} is '{text}'; expected a number from 1 to {max}");
    }

    private static string Value(IReadOnlyList<string> arguments, ref int i) =>
        i + 1 < arguments.Count
            ? arguments[++i]
            : throw new InputException($"{arguments[i]} lacks its value; --help lists the options");
}

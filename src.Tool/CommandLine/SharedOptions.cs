using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Netshm.Tool.CommandLine;

/// <summary>Options and arguments that several commands have.</summary>
internal static class SharedOptions
{
    private static readonly TimeSpan s_defaultTimeout = TimeSpan.FromSeconds(30);

    public static Argument<SharedMemoryName> Name { get; } =
        TableName("NAME", "The table: local:name, file:/path or posix:/path,/object.");

    public static Argument<string> Key { get; } = new("KEY") { Description = "The key, as --key says." };

    public static CommandOption<bool> Json { get; } = new("--json")
    {
        Description = "Answer in JSON: one object, or one a line.",
        Recursive = true,
    };

    public static CommandOption<TimeSpan?> Timeout { get; } = new("--timeout")
    {
        Description = "How long to wait for locks, in seconds, or 'never' to wait without end. [default: 30]",
        HelpName = "SECONDS",
        CustomParser = ParseTimeout,
    };

    public static CommandOption<LockingMethod> Locking { get; } = new("--locking")
    {
        Description = "How processes are kept apart: auto, futex, record or none. A table keeps its method. [default: auto]",
        HelpName = "METHOD",
        CustomParser = ParseLocking,
    };

    public static CommandOption<int?> PageSize { get; } = new("--page-size")
    {
        Description = "The page size of the new table in bytes: a multiple of 4 from 64 to 1048576.",
        HelpName = "BYTES",
    };

    /// <summary>Null for keys of the raw table.</summary>
    public static CommandOption<ItemFormat?> KeyFormat { get; } = Format(
        "--key",
        $"The type of the keys: raw (the table's own, the default), {string.Join(", ", ItemFormats.Keys.Names)}.",
        ItemFormats.Keys);

    public static CommandOption<ItemFormat?> ValueFormat { get; } = Format(
        "--value", $"The type of the values: {string.Join(", ", ItemFormats.Values.Names)}.", ItemFormats.Values);

    /// <summary>How the options say to open or create a table.</summary>
    public static ShmTableOptions ToTableOptions(Invocation invocation) => new()
    {
        Locking = invocation.Get(Locking),
        LockTimeout = PatienceOf(invocation),
    };

    /// <summary>How long to wait for locks.</summary>
    public static TimeSpan PatienceOf(Invocation invocation) => invocation.Get(Timeout) ?? s_defaultTimeout;

    /// <summary>An argument that names a table.</summary>
    public static Argument<SharedMemoryName> TableName(string name, string description) => new(name)
    {
        Description = description,
        CustomParser = result => Parse(result, SharedMemoryName.Parse),
    };

    private static CommandOption<ItemFormat?> Format(
        string name, string description, ItemFormatList formats) => new(name)
        {
            Description = description,
            HelpName = "TYPE",
            DefaultValueFactory = _ => formats.Default,
            CustomParser = result => Parse(result, formats.Parse),
        };

    private static TimeSpan? ParseTimeout(ArgumentResult result) => Parse<TimeSpan?>(result, static text =>
    {
        if (text == "never")
            return System.Threading.Timeout.InfiniteTimeSpan;
        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
            && seconds <= int.MaxValue / 1000
            ? TimeSpan.FromSeconds(seconds)
            : throw new FormatException($"'{text}' is not a number of seconds");
    });

    private static LockingMethod ParseLocking(ArgumentResult result) => Parse(result, static text => text switch
    {
        "auto" => LockingMethod.Auto,
        "futex" => LockingMethod.Futex,
        "record" => LockingMethod.Record,
        "none" => LockingMethod.None,
        _ => throw new FormatException($"'{text}' is not a locking method; expected auto, futex, record or none"),
    });

    private static T? Parse<T>(ArgumentResult result, Func<string, T> parse)
    {
        try
        {
            return parse(result.Tokens[^1].Value);
        }
        catch (FormatException e)
        {
            result.AddError(e.Message);
            return default;
        }
    }
}

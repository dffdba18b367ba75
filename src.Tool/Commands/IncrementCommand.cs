using System.Globalization;

namespace Netshm.Tool.Commands;

/// <summary>Adds to a number in a table.</summary>
internal sealed class IncrementCommand : TableCommand
{
    private readonly CommandOption<int> _by = new("--by")
    {
        Description = "What to add; may be negative.",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => 1,
    };

    public IncrementCommand()
        : base(
            "incr",
            "Adds to the int32 a key is bound to, as one operation, and prints the sum. A key that is not bound begins "
            + "at 0.",
            "incr local:scores 7",
            "incr local:counts apple --by 10 --key string")
    {
        Arguments.Add(SharedOptions.Key);
        Options.Add(SharedOptions.KeyFormat);
        Options.Add(_by);
    }

    protected override int Run(Invocation invocation)
    {
        using ShmTable table = OpenedTable.ForWriting(invocation);
        TypedView view = TypedView.Of(table, invocation.Get(SharedOptions.KeyFormat), ItemFormats.Int32);
        string key = TypedCommand.Read(view.KeyFormat, invocation.Get(SharedOptions.Key));
        int by = invocation.Get(_by);
        string sum = table.Group(() => Increment(view, key, by));
        invocation.Output.WriteJson(JsonLine.Write(new Binding(key, sum)), () => Output.WriteLine(sum));
        return ExitCode.Fine;
    }

    private static string Increment(TypedView view, string key, int by)
    {
        int old = view.FindAll(key) is [var newest, ..] ? int.Parse(newest, CultureInfo.InvariantCulture) : 0;
        long sum = (long)old + by;
        if (sum is < int.MinValue or > int.MaxValue)
            throw new UsageException($"{old} and {by} are {sum}, more than an int32 holds");
        string changed = sum.ToString(CultureInfo.InvariantCulture);
        view.Replace(key, changed);
        return changed;
    }
}

using System.Globalization;

namespace Netshm.Tool.Commands;

/// <summary>Follows the changes of a table.</summary>
internal sealed class WatchCommand : TableCommand
{
    private readonly CommandOption<long?> _from = new("--from")
    {
        Description = "The number of the first change to tell, 1 for all that the feed still has; without it, what comes next.",
        HelpName = "NUMBER",
    };

    private readonly CommandOption<int?> _count = new("--count")
    {
        Description = "How many changes to tell; without it, until Ctrl-C.",
        HelpName = "NUMBER",
    };

    public WatchCommand()
        : base(
            "watch",
            "Tells the changes of a table by all processes as they happen, with their numbers. Needs a change feed, which "
            + "create --changes makes. Takes no lock.",
            "watch local:scores",
            "watch local:scores --from 1 --count 100 --json")
    {
        Options.Add(_from);
        Options.Add(_count);
    }

    protected override int Run(Invocation invocation)
    {
        using ShmTable table = OpenedTable.ForReading(invocation);
        ChangeReader reader = table.ReadChanges(invocation.Get(_from));
        int left = invocation.Get(_count) ?? int.MaxValue;
        var changes = new TableChange[64];
        while (left > 0 && !invocation.Cancellation.IsCancellationRequested)
        {
            int count = reader.Read(changes);
            foreach (TableChange change in changes.AsSpan(0, Math.Min(count, left)))
                invocation.Output.Write(Answer(change), Line(change));
            Console.Out.Flush();
            left -= count;
            if (count == 0)
                Wait(reader, invocation.Cancellation);
        }

        return ExitCode.Fine;
    }

    private static void Wait(ChangeReader reader, CancellationToken cancellation)
    {
        try
        {
            reader.WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // The user does not want to wait any longer.
        }
    }

    private static object Answer(TableChange change) => change.Kind switch
    {
        ChangeKind.Gap => new { change.Number, change.Kind, change.FirstNumber },
        ChangeKind.Cleared => new { change.Number, change.Kind },
        ChangeKind.Added or ChangeKind.Replaced => new { change.Number, change.Kind, change.Key, change.LengthInWords },
        _ => new { change.Number, change.Kind, change.Key, change.Depth },
    };

    private static string Line(TableChange change)
    {
        string kind = change.Kind.ToString().ToLowerInvariant().PadRight(8);
        FormattableString line = change.Kind switch
        {
            ChangeKind.Gap => $"{change.Number}  {kind}  from {change.FirstNumber} on: changes that are lost",
            ChangeKind.Cleared => $"{change.Number}  {kind}  all bindings",
            ChangeKind.Added or ChangeKind.Replaced =>
                $"{change.Number}  {kind}  key {change.Key}, {change.LengthInWords} words",
            _ when change.Depth > 0 => $"{change.Number}  {kind}  key {change.Key}, hidden by {change.Depth}",
            _ => $"{change.Number}  {kind}  key {change.Key}",
        };
        return line.ToString(CultureInfo.InvariantCulture);
    }
}

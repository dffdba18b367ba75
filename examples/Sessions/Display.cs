using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sessions;

/// <summary>
/// Shows what the processes do: on a terminal as a table that changes, with the events under it; elsewhere as a line for each
/// second and each event.
/// </summary>
internal sealed class Display(IAnsiConsole console)
{
    private static readonly TimeSpan s_lineInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<string> _events = [];
    private LiveDisplayContext? _live;
    private Table? _table;
    private ProcessProgress[] _earlier = [];
    private TimeSpan _shownAt;

    /// <summary>Shows what some work tells, until it is done.</summary>
    public async Task ShowAsync(Func<Task> work)
    {
        if (!console.Profile.Capabilities.Interactive || !console.Profile.Capabilities.Ansi)
        {
            await work();
            return;
        }

        await console.Live(Text.Empty).StartAsync(async context =>
        {
            _live = context;
            await work();
        });
    }

    /// <summary>Tells an event.</summary>
    public void Tell(string text)
    {
        lock (_lock)
        {
            if (_live is null)
            {
                Console.WriteLine(text);
                return;
            }

            _events.Add(text);
            Draw();
        }
    }

    /// <summary>Tells what the processes have done until now.</summary>
    /// <param name="elapsed">The time since the first request.</param>
    /// <param name="processes">The processes.</param>
    public void Show(TimeSpan elapsed, ProcessProgress[] processes)
    {
        lock (_lock)
        {
            double seconds = (elapsed - _shownAt).TotalSeconds;
            if (seconds <= 0 || (_live is null && elapsed - _shownAt < s_lineInterval))
                return;
            if (_earlier.Length == 0)
                _earlier = [.. processes.Select(_ => new ProcessProgress(ProcessState.Starting, 0, 0))];
            Row[] rows = [.. processes.Select((now, i) => new Row($"process {i + 1}", now, _earlier[i], seconds))];
            _earlier = processes;
            _shownAt = elapsed;
            if (_live is null)
            {
                string each = string.Join("  ", rows.Select(row => $"{row.Name} {row.State}"));
                Console.WriteLine(
                    $"{elapsed.TotalSeconds,3:N0} s  {rows.Sum(row => row.Reads),9:N0} reads/s" +
                    $"  {rows.Sum(row => row.Updates),7:N0} updates/s  {each}");
                return;
            }

            _table = TableOf(rows);
            Draw();
        }
    }

    private Table TableOf(Row[] rows)
    {
        Table table = Terminal.NewTable(console).AddColumns("", "");
        table.AddColumn(new TableColumn("reads/s").RightAligned()).AddColumn(new TableColumn("updates/s").RightAligned());
        foreach (Row row in rows)
            table.AddRow(row.Name, row.State, $"{row.Reads:N0}", $"{row.Updates:N0}");
        return table.AddRow("all", "", $"{rows.Sum(row => row.Reads):N0}", $"{rows.Sum(row => row.Updates):N0}");
    }

    private void Draw()
    {
        IEnumerable<IRenderable> events = _events.Select(text => new Text(text));
        _live!.UpdateTarget(new Rows(_table is null ? events : events.Prepend(_table)));
    }

    /// <summary>A process's line: its requests per second since the display was changed last.</summary>
    private sealed class Row(string name, ProcessProgress now, ProcessProgress earlier, double seconds)
    {
        public string Name { get; } = name;

        public string State { get; } = now.State.ToString().ToLowerInvariant();

        public double Reads { get; } = (now.Reads - earlier.Reads) / seconds;

        public double Updates { get; } = (now.Updates - earlier.Updates) / seconds;
    }
}

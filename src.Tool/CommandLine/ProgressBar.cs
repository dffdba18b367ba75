using Spectre.Console;

namespace Netshm.Tool.CommandLine;

/// <summary>Shows how far long work has come, on a terminal; elsewhere it shows nothing.</summary>
internal static class ProgressBar
{
    private const int StepsOfParts = 1000;

    /// <summary>Does the work, which says now and then how many of its steps it has done since the last time.</summary>
    /// <exception cref="OperationCanceledException">The user interrupts it.</exception>
    public static void Show(Invocation invocation, string what, long steps, Action<Action<long>> work)
    {
        IAnsiConsole console = invocation.Output.Progress;
        if (!console.Profile.Capabilities.Interactive)
        {
            work(_ => invocation.Cancellation.ThrowIfCancellationRequested());
            return;
        }

        console.Progress()
            .AutoClear(true)
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: Math.Max(1, steps));
                work(done =>
                {
                    invocation.Cancellation.ThrowIfCancellationRequested();
                    task.Increment(done);
                });
            });
    }

    /// <summary>Does work that says which part of it is done, from 0 to 1.</summary>
    /// <exception cref="OperationCanceledException">The user interrupts it.</exception>
    public static void Show(Invocation invocation, string what, Action<IProgress<double>> work) =>
        Show(invocation, what, StepsOfParts, step => work(new Parts(step)));

    /// <summary>Unlike <see cref="Progress{T}"/> it reports at once, on the thread that works.</summary>
    private sealed class Parts(Action<long> step) : IProgress<double>
    {
        private long _done;

        public void Report(double value)
        {
            long done = (long)(value * StepsOfParts);
            step(done - _done);
            _done = done;
        }
    }
}

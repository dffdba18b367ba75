using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>follow NAME</c>: says "ready" and plays the table's change feed through from number 1, until its input ends; then says the
/// last number, how many gaps there were, and whether the bindings that the changes come to are the table's.
/// </summary>
internal static class FollowCommand
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    public static int Run(string name)
    {
        using ShmTable table = WorkerTable.Open(name, nameof(LockingMethod.Futex));
        ChangeReader reader = table.ReadChanges(from: 1);
        var replay = new ChangeReplay();
        Console.WriteLine("ready");
        Task inputEnds = Task.Run(Console.In.ReadToEnd);
        while (!inputEnds.IsCompleted)
        {
            if (reader.Wait(s_pause))
                replay.ApplyAll(reader);
        }

        // Nobody writes any more, but the last ones may have died: the first to lock the table publishes what they did.
        table.Group(() => { });
        replay.ApplyAll(reader);
        bool isEqual = replay.ToString() == ChangeReplay.Describe(table);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{replay.Last} {replay.Gaps} {replay.IsComplete && isEqual}"));
        return 0;
    }
}

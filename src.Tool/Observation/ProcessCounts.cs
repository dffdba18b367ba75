namespace Netshm.Tool.Observation;

/// <summary>What a process has counted about a table since it came.</summary>
/// <param name="Writes">Bindings added, replaced or removed.</param>
/// <param name="Locks">How often it acquired the lock.</param>
/// <param name="Waits">How often one of its threads had to wait for the table.</param>
/// <param name="Retries">How often one of its reads was disturbed by a writer.</param>
/// <param name="Recoveries">How often it brought the table in order after a death.</param>
/// <param name="PagesAdded">By how many pages it made the table longer.</param>
internal sealed record ProcessCounts(
    long Writes, long Locks, long Waits, long Retries, long Recoveries, long PagesAdded)
{
    private static readonly ProcessCounts s_none = new(0, 0, 0, 0, 0, 0);

    /// <summary>The counts of a process; null in slots that have no room for them.</summary>
    public static ProcessCounts? Of(TableUser user) => user.ProcessId is null
        ? null
        : new ProcessCounts(user.Writes, user.Locks, user.Waits, user.Retries, user.Recoveries, user.PagesAdded);

    /// <summary>What was counted per second.</summary>
    /// <param name="earlier">The counts of the same process some time ago; null when it was not there.</param>
    /// <param name="seconds">How long ago.</param>
    public ProcessRates Since(ProcessCounts? earlier, double seconds)
    {
        earlier ??= s_none;
        return new ProcessRates(
            Rate(Writes, earlier.Writes),
            Rate(Locks, earlier.Locks),
            Rate(Waits, earlier.Waits),
            Rate(Retries, earlier.Retries),
            Rate(Recoveries, earlier.Recoveries),
            Rate(PagesAdded, earlier.PagesAdded));

        double Rate(long now, long before) => Math.Round((now - before) / seconds, 1);
    }
}

/// <summary>What a process does with a table per second; see <see cref="ProcessCounts"/>.</summary>
internal sealed record ProcessRates(
    double WritesPerSecond,
    double LocksPerSecond,
    double WaitsPerSecond,
    double RetriesPerSecond,
    double RecoveriesPerSecond,
    double PagesAddedPerSecond);

/// <summary>A process that uses a table, and what it does with it.</summary>
/// <param name="Slot">Its slot.</param>
/// <param name="ProcessId">The process, or null when it can't be told.</param>
/// <param name="Program">Its program's name.</param>
/// <param name="Rates">What it does; null in slots that have no room for counts.</param>
internal sealed record ActiveProcess(int Slot, int? ProcessId, string Program, ProcessRates? Rates);

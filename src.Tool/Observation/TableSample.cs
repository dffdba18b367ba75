using System.Diagnostics;

namespace Netshm.Tool.Observation;

/// <summary>The counters of a table at one moment, read without any lock.</summary>
/// <param name="Time">When, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Table">What the table's first pages tell.</param>
/// <param name="Sidecar">What the sidecar tells; null when there is none.</param>
internal sealed record TableSample(long Time, TableObservation Table, SidecarView? Sidecar)
{
    /// <summary>Reads the counters of a table.</summary>
    /// <exception cref="NotFoundException">There is none in the object any more.</exception>
    public static TableSample Of(SharedMemoryObject memory) =>
        new(Stopwatch.GetTimestamp(), OpenedTable.LookAt(memory), SidecarView.Of(memory));

    /// <summary>What happened per second since an earlier sample.</summary>
    public TableRates Since(TableSample earlier)
    {
        double seconds = Stopwatch.GetElapsedTime(earlier.Time, Time).TotalSeconds;
        return new TableRates(
            Rate(Sidecar?.Writes - earlier.Sidecar?.Writes),
            Rate(Sidecar?.Epoch - earlier.Sidecar?.Epoch),
            Rate(Table.Bindings - earlier.Table.Bindings) ?? 0,
            Table.Bindings,
            Table.TotalPages,
            Table.FreePages,
            Math.Round((double)Table.UsedCells / Table.Cells, 4),
            Rate(Table.TotalPages - earlier.Table.TotalPages) ?? 0,
            Sidecar?.OwnerSlot,
            Sidecar?.Slots.Count,
            Sidecar is null ? null : [.. Sidecar.Slots.Select(slot => ActiveSince(slot, earlier.Sidecar, seconds))]);

        double? Rate(long? difference) => difference is { } number ? Math.Round(number / seconds, 1) : null;
    }

    private static ActiveProcess ActiveSince(LiveSlot now, SidecarView? sidecar, double seconds)
    {
        LiveSlot? before = sidecar?.Slots.FirstOrDefault(
            slot => slot.Slot == now.Slot && slot.ProcessId == now.ProcessId);
        return new ActiveProcess(now.Slot, now.ProcessId, now.Program, now.Counts?.Since(before?.Counts, seconds));
    }
}

/// <summary>What happens in a table.</summary>
/// <param name="WritesPerSecond">
/// Written keys; those of one group count once if they share a sequence word. Null without a sidecar.
/// </param>
/// <param name="LocksPerSecond">How often the lock was acquired. Null without a sidecar.</param>
/// <param name="BindingsPerSecond">By how many bindings the table grew.</param>
/// <param name="Bindings">How many there are.</param>
/// <param name="TotalPages">How many pages the table has.</param>
/// <param name="FreePages">How many of them are free.</param>
/// <param name="Load">Which part of the cells is claimed, from 0 to 1.</param>
/// <param name="PagesPerSecond">By how many pages the table grew.</param>
/// <param name="OwnerSlot">Who has the lock. Null without a sidecar, or when it is free.</param>
/// <param name="Processes">How many processes have a slot. Null without a sidecar.</param>
/// <param name="PerProcess">What each of them does. Null without a sidecar.</param>
internal sealed record TableRates(
    double? WritesPerSecond,
    double? LocksPerSecond,
    double BindingsPerSecond,
    int Bindings,
    int TotalPages,
    int FreePages,
    double Load,
    double PagesPerSecond,
    int? OwnerSlot,
    int? Processes,
    IReadOnlyList<ActiveProcess>? PerProcess);

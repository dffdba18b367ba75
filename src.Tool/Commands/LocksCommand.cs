using Spectre.Console;

namespace Netshm.Tool.Commands;

/// <summary>Tells who holds a table's locks and who waits for them.</summary>
internal sealed class LocksCommand : ToolCommand
{
    public LocksCommand()
        : base(
            "locks",
            "Tells who holds a table's locks and who waits for them, as the kernel and the table's sidecar know it. "
            + "Takes no lock itself.",
            "locks local:scores",
            "locks file:/dev/shm/scores --json") =>
        Arguments.Add(SharedOptions.Name);

    protected override int Run(Invocation invocation)
    {
        using SharedMemoryObject memory =
            OpenedTable.OpenMemory(invocation.Name, FileAccess.Read, out TableObservation table);
        IReadOnlyList<RecordLockHolder> recordLocks = RecordLocksOn(memory, table.PageSize / sizeof(int));
        SidecarView? sidecar = SidecarView.Of(memory);
        invocation.Output.Write(
            new { name = memory.Name.ToString(), recordLocks, sidecar },
            () =>
            {
                ShowRecordLocks(invocation.Output, recordLocks);
                ShowSidecar(invocation.Output, sidecar);
            });
        return ExitCode.Fine;
    }

    private static IReadOnlyList<RecordLockHolder> RecordLocksOn(SharedMemoryObject memory, int wordsPerPage) =>
    [
        .. from found in KernelLock.On(memory.Name.LockPath)
           orderby found.First, found.IsWaiting, found.ProcessId
           select new RecordLockHolder(
               found.ProcessId,
               found.ProcessId > 0 ? ProcessFiles.NameOf(found.ProcessId) : "?",
               found.IsWaiting ? "waits" : "holds",
               found.IsExclusive ? "write" : "read",
               LockedBytes.Describe(found.First, found.Last, wordsPerPage)),
    ];

    private static void ShowRecordLocks(Output output, IReadOnlyList<RecordLockHolder> locks)
    {
        if (locks.Count == 0)
        {
            Output.WriteLine("No process has a lock on the file.");
            return;
        }

        Table table = output.NewTable("process", "program", "", "lock", "on");
        foreach (RecordLockHolder held in locks)
            table.AddRow($"{held.ProcessId}", Markup.Escape(held.Program), held.State, held.Type, held.What);
        output.Console.Write(table);
    }

    private static void ShowSidecar(Output output, SidecarView? sidecar)
    {
        if (sidecar is null)
        {
            Output.WriteLine("There is no sidecar: no process uses the table with futex locking.");
            return;
        }

        Output.WriteLine(FormattableString.Invariant(
            $"futex lock: {Describe(sidecar)}; locked {sidecar.Epoch:N0} times so far"));
        if (sidecar.Slots.Count > 0)
        {
            Table table = output.NewTable("slot", "process", "program");
            foreach (LiveSlot slot in sidecar.Slots)
                table.AddRow($"{slot.Slot}", slot.ProcessId?.ToString() ?? "?", Markup.Escape(slot.Program));
            output.Console.Write(table);
        }

        foreach (AwaitedLock awaited in sidecar.Awaited)
            Output.WriteLine($"a thread that holds it waits for the table with the number {awaited.TableId:x16}");
    }

    private static string Describe(SidecarView sidecar)
    {
        if (sidecar.OwnerSlot is not { } slot)
            return "free";
        string owner = sidecar.OwnerProcessId is { } process
            ? $"process {process}"
            : sidecar.Slots.Any(live => live.Slot == slot) ? "a process that can't be seen" : "a process that is dead";
        return $"held by slot {slot}, {owner}"
            + (sidecar.IsModified ? ", which modifies the table" : "")
            + (sidecar.HasSleepers ? ", and waited for" : "");
    }

    /// <summary>A record lock, in words.</summary>
    private sealed record RecordLockHolder(int ProcessId, string Program, string State, string Type, string What);
}

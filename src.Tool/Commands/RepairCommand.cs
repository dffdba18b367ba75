using System.CommandLine;
using Netshm.Tool.CommandLine;
using Netshm.Tool.Tables;

namespace Netshm.Tool.Commands;

/// <summary>Makes a sound table of what is left of a damaged one.</summary>
internal sealed class RepairCommand : ToolCommand
{
    private const int MaxDroppedShown = 20;

    private readonly Argument<SharedMemoryName> _target =
        SharedOptions.TableName("TO", "The new table: a file: or local: name that nothing bears.");

    public RepairCommand()
        : base(
            "repair",
            "Writes the sound bindings of a damaged table, which nobody may have open, into a new file, and tells what "
            + "was dropped. The damaged table stays as it is. --page-size states its page size if that is lost.",
            "repair local:scores local:scores.new",
            "repair file:/srv/table file:/srv/table.new --page-size 256 --json")
    {
        Arguments.Add(SharedOptions.Name);
        Arguments.Add(_target);
        Options.Add(SharedOptions.Timeout);
        Options.Add(SharedOptions.PageSize);
    }

    protected override int Run(Invocation invocation)
    {
        using var file = new NewFile(invocation.Get(_target));
        Salvage salvage;
        int pageSize;
        int? takenBack;
        LockingMethod locking;

        // The locks need write access to the file; its pages are mapped for reading only.
        using (SharedMemoryObject memory = SharedMemoryObject.Open(invocation.Name, FileMode.Open))
        using (ExclusiveUse.Of(invocation, memory))
        using (DamagedTable damaged = DamagedTable.OpenRest(memory, invocation.Get(SharedOptions.PageSize)))
        using (UnfinishedWork? unfinished = UnfinishedWork.TakeBack(damaged, memory, file))
        {
            takenBack = unfinished?.StoresTakenBack;
            pageSize = damaged.Pages.WordsPerPage * sizeof(int);
            locking = LockingMark.ReadWanted(memory.Memory) ?? LockingMethod.Record;
            salvage = Salvage.Of(invocation, unfinished?.Table ?? damaged);
        }

        IReadOnlyList<RawBinding> saved = salvage.OldestFirst;
        int keys = saved.Select(binding => binding.RawKey).Distinct().Count();
        _ = Rebuild.Write(invocation, file, pageSize, locking, keys, saved.Count, saved);
        file.Publish();
        string name = invocation.Get(_target).ToString();
        int bindings = saved.Count;
        invocation.Output.Write(
            new
            {
                name,
                pageSize,
                bindings,
                salvage.KeysWithoutCell,
                salvage.BindingsWithoutLink,
                storesTakenBack = takenBack,
                salvage.Dropped,
            },
            () => Show(name, bindings, takenBack, salvage));
        return ExitCode.Fine;
    }

    private static void Show(string name, int bindings, int? takenBack, Salvage salvage)
    {
        Output.WriteLine($"{name}: {bindings} bindings saved, {salvage.Dropped.Count} dropped");
        if (takenBack is { } stores)
            Output.WriteLine($"a process died in the middle of a modification: {stores} of its stores were taken back");
        if (salvage.KeysWithoutCell > 0)
            Output.WriteLine($"{salvage.KeysWithoutCell} keys were not in the hash table any more");
        if (salvage.BindingsWithoutLink > 0)
        {
            Output.WriteLine(
                $"{salvage.BindingsWithoutLink} bindings were not linked to their keys any more; they come as the older ones");
        }

        foreach (TableViolation dropped in salvage.Dropped.Take(MaxDroppedShown))
            Output.WriteLine($"  {dropped}");
        if (salvage.Dropped.Count > MaxDroppedShown)
            Output.WriteLine($"  and {salvage.Dropped.Count - MaxDroppedShown} more; --json lists all");
    }
}

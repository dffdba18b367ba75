using System.CommandLine;

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
        TableSalvage salvage = Salvage(invocation);
        IReadOnlyList<RawBinding> saved = [.. salvage.Bindings.Select(binding => new RawBinding(binding.Key, binding.Value))];
        int keys = saved.Select(binding => binding.RawKey).Distinct().Count();
        _ = Rebuild.Write(invocation, file, salvage.PageSize, salvage.Locking, keys, saved.Count, saved);
        file.Publish();
        string name = invocation.Get(_target).ToString();
        int bindings = saved.Count;
        invocation.Output.Write(
            new
            {
                name,
                salvage.PageSize,
                bindings,
                salvage.KeysWithoutCell,
                salvage.BindingsWithoutLink,
                salvage.StoresTakenBack,
                salvage.Dropped,
            },
            () => Show(name, salvage));
        return ExitCode.Fine;
    }

    private static TableSalvage Salvage(Invocation invocation)
    {
        using SharedMemoryObject memory = SharedMemoryObject.Open(invocation.Name, FileMode.Open);
        int? pageSize = invocation.Get(SharedOptions.PageSize);
        TableSalvage? salvage = null;
        try
        {
            ProgressBar.Show(
                invocation,
                "searching",
                progress => salvage = ShmTable.Salvage(memory, pageSize, SharedOptions.PatienceOf(invocation), progress));
            return salvage!;
        }
        catch (ArgumentException e)
        {
            throw new UsageException(
                pageSize is { } bytes
                    ? $"{bytes} bytes are no page size"
                    : $"{memory.Name}: the page size can't be found any more; state it with --page-size",
                e);
        }
        catch (InvalidTableOperationException) when (TableUsers.Of(memory).Count > 0)
        {
            throw new LockTimeoutException($"{memory.Name}: processes have it open; see 'netshm locks'");
        }
    }

    private static void Show(string name, TableSalvage salvage)
    {
        Output.WriteLine($"{name}: {salvage.Bindings.Count} bindings saved, {salvage.Dropped.Count} dropped");
        if (salvage.StoresTakenBack is { } stores)
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

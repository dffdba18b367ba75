using System.CommandLine;

namespace Netshm.Tool.Commands;

/// <summary>Writes a table anew, without its free pages and claimed cells.</summary>
internal sealed class CompactCommand : TableCommand
{
    private readonly Argument<SharedMemoryName> _target =
        SharedOptions.TableName("TO", "The new table: a file: or local: name that nothing bears.");

    public CompactCommand()
        : base(
            "compact",
            "Writes the bindings of a table, as of one instant, into a new file that is as small as they allow. The "
            + "table stays as it is.",
            "compact local:scores local:scores.small",
            "compact file:/srv/table file:/srv/table.new --page-size 128")
    {
        Arguments.Add(_target);
        Options.Add(SharedOptions.PageSize);
    }

    protected override int Run(Invocation invocation)
    {
        using var file = new NewFile(invocation.Get(_target));
        using Snapshot snapshot = Collect(invocation, out long before, out int oldPageSize, out LockingMethod locking);
        int pageSize = invocation.Get(SharedOptions.PageSize) ?? oldPageSize;
        int bindings = snapshot.Bindings;
        long after =
            Rebuild.Write(invocation, file, pageSize, locking, snapshot.Keys, bindings, snapshot.OldestFirst());
        file.Publish();
        string name = invocation.Get(_target).ToString();
        invocation.Output.Write(
            new { name, bindings, bytesBefore = before, bytesAfter = after },
            FormattableString.Invariant($"{name}: {bindings:N0} bindings, {after:N0} bytes; {before:N0} before"));
        return ExitCode.Fine;
    }

    private static Snapshot Collect(
        Invocation invocation, out long lengthInBytes, out int pageSize, out LockingMethod locking)
    {
        using SharedMemoryObject memory = OpenedTable.OpenMemory(invocation.Name, FileAccess.Read, out TableObservation found);
        using ShmTable table = OpenedTable.ForReading(invocation);
        lengthInBytes = memory.Length;
        pageSize = table.PageSize;
        locking = found.Locking;
        return Snapshot.Of(table);
    }
}

using System.CommandLine;

namespace Netshm.Tool.Commands;

/// <summary>Changes the locking method that a table carries.</summary>
internal sealed class ConvertCommand : ToolCommand
{
    private readonly Argument<string> _method = new("METHOD")
    {
        Description = "The method to convert to: futex, or record for a table that OCaml programs are to use.",
    };

    public ConvertCommand()
        : base(
            "convert",
            "Changes the method by which processes are kept apart, which a table carries. Nobody may use the table. An OCaml "
            + "program that has it open, and is idle, can't be seen: end it before.",
            "convert local:scores record",
            "convert file:/var/lib/app/table futex --timeout 30")
    {
        Arguments.Add(SharedOptions.Name);
        Arguments.Add(_method);
        Options.Add(SharedOptions.Timeout);
        _ = _method.AcceptOnlyFromAmong("futex", "record");
    }

    protected override int Run(Invocation invocation)
    {
        LockingMethod method = invocation.Get(_method) == "futex" ? LockingMethod.Futex : LockingMethod.Record;
        using (OpenedTable.OpenMemory(invocation.Name, FileAccess.ReadWrite, out _))
            ShmTable.Convert(invocation.Name, method, SharedOptions.PatienceOf(invocation));
        string name = invocation.Name.ToString();
        invocation.Output.Write(new { name, locking = method }, $"{name}: its locking method is {method}");
        return ExitCode.Fine;
    }
}

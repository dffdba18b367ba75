using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Netshm.Tool.CommandLine;

/// <summary>The usual help, then examples.</summary>
internal sealed class HelpWithExamples(HelpAction usual) : SynchronousCommandLineAction
{
    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        int exitCode = usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is ToolCommand command)
        {
            Console.WriteLine("Examples:");
            foreach (string example in command.Examples)
                Console.WriteLine($"  netshm {example}");
        }
        else
        {
            Console.WriteLine("Exit codes:");
            Console.WriteLine("""
                  0    fine
                  1    the table or key is not there, or the answer is no
                  2    the command line does not fit
                  3    the table is damaged
                  4    the system refused: permissions, no room, input or output
                  5    a lock was not free within the time
                  130  interrupted
                  141  whoever read the output has stopped reading
                """);
        }

        return exitCode;
    }
}

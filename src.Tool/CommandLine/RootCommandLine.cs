using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Netshm.Tool.Commands;

namespace Netshm.Tool.CommandLine;

/// <summary>The program's command line.</summary>
internal static class RootCommandLine
{
    /// <summary>Does what the arguments say, and gives the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        ParseResult parsed = Build().Parse(arguments);
        if (parsed.Action is not ParseErrorAction)
        {
            using var interruption = new Interruption();
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await interruption.WaitForAsync(parsed.InvokeAsync(configuration, interruption.Token));
        }
        foreach (string message in parsed.Errors.Select(error => error.Message).Distinct())
            Console.Error.WriteLine($"netshm: {message}");
        Console.Error.WriteLine("netshm: --help lists commands, arguments and options");
        return ExitCode.Usage;
    }

    private static Command Build()
    {
        var help = new HelpOption();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        var root = new Command("netshm", "Looks into, changes, copies and repairs tables of Netshm in shared memory.")
        {
            SharedOptions.Json,
            help,
            new VersionOption(),
        };
        foreach (ToolCommand command in AllCommands.Create())
            root.Subcommands.Add(command);
        return root;
    }
}

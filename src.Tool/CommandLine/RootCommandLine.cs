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
        // A value that begins with @ is a value, and no file with more arguments.
        ParseResult parsed = Build().Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        bool isJson = parsed.GetResult(SharedOptions.Json) is { Implicit: false };
        if (parsed.Action is ParseErrorAction)
            return Refuse(parsed.Errors.Select(error => error.Message).Distinct(), isJson);
        using var interruption = new Interruption();
        return await interruption.WaitForAsync(RunAsync(parsed, isJson, interruption.Token));
    }

    /// <summary>Does what is asked for and writes all of the answer.</summary>
    private static async Task<int> RunAsync(ParseResult parsed, bool isJson, CancellationToken cancellation)
    {
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        int exitCode = await TryAsync(() => parsed.InvokeAsync(configuration, cancellation), isJson);
        int written = await TryAsync(FlushAsync, isJson);
        return exitCode == ExitCode.Fine ? written : exitCode;
    }

    private static async Task<int> FlushAsync()
    {
        await Console.Out.FlushAsync(CancellationToken.None);
        return ExitCode.Fine;
    }

    /// <summary>Gives the exit code of what is done, also when it fails.</summary>
    private static async Task<int> TryAsync(Func<Task<int>> action, bool isJson)
    {
        try
        {
            return await action();
        }
        catch (Exception e) when (Failure.Of(e) is { } failure)
        {
            return Output.Fail(failure, isJson);
        }
    }

    private static int Refuse(IEnumerable<string> problems, bool isJson)
    {
        if (isJson)
            return Output.Fail(new Failure(ExitCode.Usage, string.Join("; ", problems)), isJson);
        foreach (string problem in problems)
            Console.Error.WriteLine($"netshm: {problem}");
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

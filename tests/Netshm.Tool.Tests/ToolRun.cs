using System.Diagnostics;
using System.Text.Json;
using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>A run of the program as a process of its own.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Output">What it wrote to standard output.</param>
/// <param name="Error">What it wrote to standard error.</param>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    /// <summary>The lines it wrote to standard output.</summary>
    public string[] Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The one JSON object it wrote.</summary>
    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Assert.Single(Lines));
            return document.RootElement.Clone();
        }
    }

    /// <summary>Runs the program and demands that it ends with an exit code.</summary>
    public static ToolRun Expect(int exitCode, params string[] arguments) =>
        ExpectWithInput(exitCode, "", arguments);

    /// <summary>Runs the program with something on its standard input.</summary>
    public static ToolRun ExpectWithInput(int exitCode, string input, params string[] arguments)
    {
        ToolRun run = RunWithInput(input, arguments);
        Assert.True(
            run.ExitCode == exitCode,
            $"netshm {string.Join(' ', arguments)}: exit code {run.ExitCode}, {exitCode} expected\n{run.Output}\n{run.Error}");
        Assert.Equal(exitCode == 0, run.Error.Length == 0);
        return run;
    }

    /// <summary>Runs the program on a table and demands that all is fine.</summary>
    public static ToolRun Fine(TempTable table, string command, params string[] arguments) =>
        Expect(0, [command, table.Name.ToString(), .. arguments]);

    /// <summary>Starts the program, to be spoken to while it runs.</summary>
    public static ChildProcess Start(params string[] arguments) =>
        ChildProcess.Start($"netshm {string.Join(' ', arguments)}", "dotnet", ["exec", Assembly, .. arguments]);

    /// <summary>Starts the program, to be interrupted; nothing is demanded of how it ends.</summary>
    public static Process StartPlain(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", ["exec", Assembly, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    /// <summary>Runs the program on a terminal, as <c>script</c> makes one, and gives what it shows there.</summary>
    public static string OnTerminal(params string[] arguments)
    {
        // Nothing of the environment, in which a build service may say that nobody is looking.
        using ChildProcess script = ChildProcess.Start(
            $"netshm {string.Join(' ', arguments)} on a terminal",
            "env",
            [
                "-i", "TERM=xterm", $"PATH={Environment.GetEnvironmentVariable("PATH")}", "HOME=/tmp",
                "script", "-qec", $"dotnet exec '{Assembly}' {string.Join(' ', arguments)}", "/dev/null",
            ]);
        return string.Join('\n', script.Finish());
    }

    /// <summary>Runs a shell command, in which <c>netshm</c> is the program, and demands that it ends with an exit code.</summary>
    /// <param name="exitCode">The exit code.</param>
    /// <param name="command">The command.</param>
    /// <param name="arguments">Its arguments, from <c>$0</c> on.</param>
    public static ToolRun ExpectInShell(int exitCode, string command, params string[] arguments)
    {
        string script = $"netshm() {{ dotnet exec '{Assembly}' \"$@\"; }}; {command}";
        ToolRun run = RunProgram("bash", ["-c", script, .. arguments], input: "");
        Assert.True(run.ExitCode == exitCode, $"{command}: exit code {run.ExitCode}, {exitCode} expected\n{run.Output}\n{run.Error}");
        return run;
    }

    private static string Assembly => Path.Combine(AppContext.BaseDirectory, "Netshm.Tool.dll");

    /// <summary>Runs the program, however it ends.</summary>
    public static ToolRun Run(params string[] arguments) => RunWithInput("", arguments);

    private static ToolRun RunWithInput(string input, string[] arguments) =>
        RunProgram("dotnet", ["exec", Assembly, .. arguments], input);

    private static ToolRun RunProgram(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_patience))
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end");
        }

        return new ToolRun(process.ExitCode, output.Result, error.Result);
    }
}

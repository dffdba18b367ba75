using System.Diagnostics;
using System.Globalization;

namespace Netshm.Tests.Examples;

/// <summary>How a program ended and what it wrote.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors);

/// <summary>A run of the built WordCount example, as a user starts it.</summary>
internal sealed class WordCountProcess : IDisposable
{
    /// <summary>The texts that come with the example.</summary>
    public static readonly string DefaultTexts = Path.Combine(AppContext.BaseDirectory, "texts");

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(3);

    private readonly Process _process;

    private WordCountProcess(Process process) => _process = process;

    public int Id => _process.Id;

    /// <remarks>
    /// Where the tests run in the background of a script, SIGINT is ignored, and a .NET program that inherits that never hears
    /// of Ctrl-C.
    /// </remarks>
    public static WordCountProcess Start(params string[] arguments) => new(StartProgram(
        "env", ["--default-signal=INT", "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "WordCount.dll"), .. arguments]));

    /// <summary>Runs the example to its end.</summary>
    public static async Task<ProgramResult> RunAsync(params string[] arguments)
    {
        using WordCountProcess run = Start(arguments);
        return await run.EndAsync();
    }

    /// <summary>Runs a shell command to its end; its arguments are <c>"$@"</c>.</summary>
    public static async Task<ProgramResult> RunBashAsync(string command, params string[] arguments)
    {
        using var run = new WordCountProcess(
            StartProgram("bash", ["-c", "set -euo pipefail\n" + command, "bash", .. arguments]));
        return await run.EndAsync();
    }

    /// <summary>Reads the first line, which is written when the table is there, and gives the table's name.</summary>
    public async Task<SharedMemoryName> ReadTableNameAsync()
    {
        using var limit = new CancellationTokenSource(_limit);
        string? line = await _process.StandardOutput.ReadLineAsync(limit.Token);
        Assert.NotNull(line);
        return SharedMemoryName.Parse(line.Split(' ')[^1]);
    }

    /// <summary>The processes that this one has started, once there are as many as expected.</summary>
    public async Task<IReadOnlyList<int>> ReadChildrenAsync(int expected)
    {
        using var limit = new CancellationTokenSource(_limit);
        while (true)
        {
            int[] children =
            [
                .. Directory.GetDirectories($"/proc/{Id}/task")
                    .SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries))
                    .Select(id => int.Parse(id, CultureInfo.InvariantCulture)),
            ];
            if (children.Length == expected)
                return children;
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Waits for the end.</summary>
    public async Task<ProgramResult> EndAsync()
    {
        using var limit = new CancellationTokenSource(_limit);
        Task<string> output = _process.StandardOutput.ReadToEndAsync(limit.Token);
        Task<string> errors = _process.StandardError.ReadToEndAsync(limit.Token);
        await _process.WaitForExitAsync(limit.Token);
        return new ProgramResult(_process.ExitCode, await output, await errors);
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static Process StartProgram(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
}

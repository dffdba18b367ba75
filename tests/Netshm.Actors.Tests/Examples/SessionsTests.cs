using Netshm.TestKit;

namespace Netshm.Actors.Tests.Examples;

/// <summary>The example Sessions, as a user starts it.</summary>
public sealed class SessionsTests
{
    /// <summary>A whole run, on a machine that has other things to do.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void Nothing_is_lost_when_a_process_is_killed_under_load()
    {
        using ChildProcess run = StartWithoutRedis("--seconds", "1");
        IReadOnlyList<string> lines = run.Finish();
        Assert.Contains(lines, line => line.StartsWith("process 2 killed (SIGKILL) after ", StringComparison.Ordinal));
        string restarted = Assert.Single(lines, line => line.StartsWith("process 2 started again", StringComparison.Ordinal));
        Assert.Contains(" 2,000 sessions found ", restarted, StringComparison.Ordinal);
        Assert.NotEqual("0", Assert.Single(Row(lines, "updates acknowledged")));
        Assert.Equal(["0"], Row(lines, "of them lost"));
        Assert.DoesNotContain(lines, line => line.Contains('\x1b', StringComparison.Ordinal));
    }

    [Fact]
    public void Without_a_Redis_server_a_line_says_how_to_install_it()
    {
        using ChildProcess run = StartWithoutRedis("--seconds", "1");
        Assert.Contains(run.Finish(), line => line.EndsWith("apt-get install redis-server", StringComparison.Ordinal));
    }

    [RedisFact]
    public void Redis_has_the_same_load_beside_it()
    {
        using ChildProcess run = Start("dotnet", ["exec", Assembly, "--seconds", "1"]);
        IReadOnlyList<string> lines = run.Finish();
        Assert.Equal(2, lines.Count(line => line.StartsWith("process 2 started again", StringComparison.Ordinal)));
        Assert.Equal(["0", "0"], Row(lines, "of them lost"));
        Assert.DoesNotContain("0", Row(lines, "reads per second"));
    }

    [Fact]
    public void An_acknowledged_update_that_is_undone_counts_as_lost()
    {
        using ChildProcess run = StartWithoutRedis("--seconds", "1");
        var table = SharedMemoryName.Parse(run.ReadLine().Split(' ')[^1]);
        while (!run.ReadLine().StartsWith("process 2 killed", StringComparison.Ordinal))
            continue;
        using (var sessions = ShmTable.Open(table))
        {
            for (int user = 0; user < 100; user++)
                sessions.Replace(user, WordsOf(NewSession(user)));
        }

        ChildProcessException failure = Assert.Throws<ChildProcessException>(run.Finish);
        Assert.Contains("exit code 1)", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--seconds", "0")]
    [InlineData("--seconds", "many")]
    [InlineData("--frobnicate")]
    public void A_wrong_option_is_answered_by_the_usage(params string[] arguments)
    {
        using ChildProcess run = StartWithoutRedis(arguments);
        ChildProcessException failure = Assert.Throws<ChildProcessException>(run.Finish);
        Assert.Contains("exit code 2)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("usage: Sessions [--seconds N]", failure.Message, StringComparison.Ordinal);
    }

    private static string Assembly => Path.Combine(AppContext.BaseDirectory, "Sessions.dll");

    /// <summary>Starts the example where no program can be found by its name.</summary>
    private static ChildProcess StartWithoutRedis(params string[] arguments) =>
        Start("env", ["PATH=/nowhere", Environment.ProcessPath!, "exec", Assembly, .. arguments]);

    private static ChildProcess Start(string program, IEnumerable<string> arguments) =>
        ChildProcess.Start("Sessions", program, arguments, s_patience);

    /// <summary>The figures of a row of the last table, one for each store.</summary>
    private static IEnumerable<string> Row(IReadOnlyList<string> lines, string fact) =>
        Assert.Single(lines, line => line.Contains($"| {fact} ", StringComparison.Ordinal))
            .Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1);

    private static string NewSession(int user) =>
        $$"""
        {"User":{{user}},"LoggedIn":"2026-01-01T00:00:00+00:00","LastSeen":"2026-01-01T00:00:00+00:00","Requests":0}
        """;

    private static int[] WordsOf(string text)
    {
        int[] words = new int[DataManagers.String.LengthInWords(text)];
        DataManagers.String.Encode(text, words);
        return words;
    }
}

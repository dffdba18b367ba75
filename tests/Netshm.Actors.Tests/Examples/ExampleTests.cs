using Netshm.TestKit;

namespace Netshm.Actors.Tests.Examples;

/// <summary>The examples do what they say, in processes of their own.</summary>
public sealed class ExampleTests
{
    /// <summary>A whole run of an example, on a machine that has other things to do.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void SharedCounter_counts_exactly() =>
        Assert.Equal(["2 processes counted 100000 times each; the counter says 200000."], Run("SharedCounter"));

    [Fact]
    public void Sessions_are_warm_after_the_server_was_killed()
    {
        IReadOnlyList<string> lines = Run("Sessions");
        Assert.Contains(lines, line => line.EndsWith(": killed", StringComparison.Ordinal));
        Assert.Contains("1000 of 1000 sessions are as they were", lines);
    }

    [Fact]
    public void ClusterCache_finds_everything_as_it_should_be()
    {
        IReadOnlyList<string> lines = Run("ClusterCache");
        Assert.Contains("process 1: killed", lines);
        Assert.Equal(3, lines.Count(line => line.Contains("the near cache of process 3 says near 1", StringComparison.Ordinal)));
        Assert.Contains("  right: what host b had was streamed to host a", lines);
        Assert.DoesNotContain(lines, line => line.Contains("WRONG", StringComparison.Ordinal));
    }

    [Fact]
    public void The_session_server_refuses_what_is_no_request()
    {
        using var temp = new TempTable();
        using ChildProcess server = Start("Sessions", "serve", temp.Name.ToString());
        Assert.StartsWith("serving 0 sessions", server.ReadLine(), StringComparison.Ordinal);
        Assert.Equal("error: 'buy' is no request", server.Ask("buy"));
        Assert.Equal("error: ann is not logged in", server.Ask("show ann"));
        Assert.Equal("logged in", server.Ask("login ann"));
        Assert.Contains("\"Cart\":[\"tea\"]", server.Ask("put ann tea"), StringComparison.Ordinal);
        Assert.Contains("\"Requests\":1", server.Ask("show ann"), StringComparison.Ordinal);
    }

    private static IReadOnlyList<string> Run(string example)
    {
        using ChildProcess process = Start(example);
        return process.Finish();
    }

    private static ChildProcess Start(string example, params string[] arguments)
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, example + ".dll");
        return ChildProcess.Start(example, "dotnet", ["exec", assembly, .. arguments], s_patience);
    }
}

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
    public void ClusterCache_finds_everything_as_it_should_be()
    {
        IReadOnlyList<string> lines = Run("ClusterCache");
        Assert.Contains("process 1: killed", lines);
        Assert.Equal(3, lines.Count(line => line.Contains("the near cache of process 3 says near 1", StringComparison.Ordinal)));
        Assert.Contains("  right: what host b had was streamed to host a", lines);
        Assert.DoesNotContain(lines, line => line.Contains("WRONG", StringComparison.Ordinal));
    }

    private static IReadOnlyList<string> Run(string example)
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, example + ".dll");
        using ChildProcess process = ChildProcess.Start(example, "dotnet", ["exec", assembly], s_patience);
        return process.Finish();
    }
}

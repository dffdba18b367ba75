using System.Security.Cryptography;
using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>
/// Scripts make the stores of the golden traces, in their order: for changes to the library that are to change nothing of what
/// other processes see.
/// </summary>
public class GoldenTraceTests(ITestOutputHelper output)
{
    [GoldenTheory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.None)]
    public void Stores_are_those_of_the_golden_traces(LockingMethod locking)
    {
        const int differencesToStopAt = 10;
        var coverage = new Coverage();
        Dictionary<int, GoldenTrace> golden = GoldenFile.Read();
        List<GoldenTrace> found = [], differing = [];
        foreach (int seed in Enumerable.Range(0, Script.Count).Where(seed => Script.LockingOf(seed) == locking))
        {
            GoldenTrace trace = Script.Run(seed, coverage);
            found.Add(trace);
            if (trace != golden.GetValueOrDefault(seed))
                differing.Add(trace);
            if (differing.Count == differencesToStopAt && !GoldenFile.IsToBeWritten)
                break;
        }

        output.WriteLine($"{found.Count} scripts, {found.Sum(trace => trace.Stores)} stores: {coverage}");
        if (GoldenFile.IsToBeWritten && differing.TrueForAll(trace => trace.Failure is null))
            GoldenFile.Write(found);
        else
            Assert.True(differing.Count == 0, Describe(found, differing, golden));
        Assert.Equal("", coverage.Missing(locking));
    }

    [Fact]
    public void The_trace_of_a_script_can_be_read()
    {
        int seed = GoldenFile.SeedToRead;
        string path = Path.Combine(AppContext.BaseDirectory, $"golden-trace-{seed}.txt");
        GoldenTrace trace;
        using (FileStream text = File.Create(path))
            trace = Script.Run(seed, new Coverage(), text);
        output.WriteLine($"{trace} is {path}");
        Assert.StartsWith(trace.Hash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path))), StringComparison.Ordinal);
    }

    private static string Describe(List<GoldenTrace> found, List<GoldenTrace> differing, Dictionary<int, GoldenTrace> golden) =>
        $"{differing.Count} of {found.Count} scripts make other stores. NETSHM_GOLDEN_SEED=seed writes the trace of one to a file, "
        + $"before and after a change. Seed, number of stores and hash are:\n{string.Join('\n', differing.Select(trace =>
            $"found {trace}; expected {golden.GetValueOrDefault(trace.Seed)?.ToString() ?? "nothing"}"))}";
}

/// <summary>A theory about traces, which have the lengths of files: those are whole pages of the machine.</summary>
internal sealed class GoldenTheoryAttribute : TheoryAttribute
{
    public GoldenTheoryAttribute() => Skip = Environment.SystemPageSize == 4096 ? null : "needs a machine with pages of 4096 bytes";
}

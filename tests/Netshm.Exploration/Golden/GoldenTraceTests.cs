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
        var coverage = new Coverage();
        List<GoldenTrace> found =
            [.. Enumerable.Range(0, Script.Count).Where(seed => Script.LockingOf(seed) == locking).Select(seed => Script.Run(seed, coverage))];
        output.WriteLine($"{found.Count} scripts, {found.Sum(trace => trace.Stores)} stores: {coverage}");
        Assert.Equal("", coverage.Missing(locking));
        if (GoldenFile.IsToBeWritten)
            GoldenFile.Write(found);
        Dictionary<int, GoldenTrace> golden = GoldenFile.Read();
        GoldenTrace[] differing = [.. found.Where(trace => trace != golden.GetValueOrDefault(trace.Seed))];
        Assert.True(differing.Length == 0, Describe(differing, golden));
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

    private static string Describe(GoldenTrace[] differing, Dictionary<int, GoldenTrace> golden)
    {
        const int named = 10;
        return $"{differing.Length} scripts make other stores. Each first number is a seed: NETSHM_GOLDEN_SEED=seed writes the trace of "
            + "one to a file, before and after a change. The first ones are:\n"
            + string.Join('\n', differing.Take(named).Select(trace =>
                $"found {trace}; expected {golden.GetValueOrDefault(trace.Seed)?.ToString() ?? "nothing"}"));
    }
}

/// <summary>A theory about traces, which have the lengths of files: those are whole pages of the machine.</summary>
internal sealed class GoldenTheoryAttribute : TheoryAttribute
{
    public GoldenTheoryAttribute() => Skip = Environment.SystemPageSize == 4096 ? null : "needs a machine with pages of 4096 bytes";
}

using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>
/// Every store to shared memory that scripts lead to, in its order, is the one of the golden traces: for changes to the
/// library that are not to change what other processes see.
/// </summary>
public class GoldenTraceTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.None)]
    public void Stores_are_those_of_the_golden_traces(LockingMethod locking)
    {
        const int named = 10;
        var coverage = new Coverage();
        Dictionary<int, GoldenTrace> golden = GoldenFile.Read();
        List<GoldenTrace> found = [];
        List<string> differing = [];
        foreach (int seed in Enumerable.Range(0, Script.Count).Where(seed => Script.LockingOf(seed) == locking))
        {
            GoldenTrace trace = Script.Run(seed, coverage);
            found.Add(trace);
            if (trace != golden.GetValueOrDefault(seed))
                differing.Add($"found {trace}, expected {golden.GetValueOrDefault(seed)}");
        }

        output.WriteLine($"{found.Count} scripts, {found.Sum(trace => trace.Stores)} stores");
        output.WriteLine(coverage.ToString());
        if (GoldenFile.IsToBeWritten)
            GoldenFile.Write(found);
        else
            Assert.True(differing.Count == 0, string.Join('\n', differing.Take(named)));
    }
}

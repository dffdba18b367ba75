using System.Reflection;
using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>Every call of the C library fails in turn, and every wait is interrupted: nothing is lost, left or locked.</summary>
[Collection(Alone)]
public class CallSweepTests(ITestOutputHelper output)
{
    /// <summary>The collection of tests that count what the process has mapped, so that no others may run meanwhile.</summary>
    public const string Alone = "alone";

    private const int Interruption = FailsWithAttribute.Interruption;

    private readonly HashSet<(FaultPoint At, int Error)> _reached = [];
    private int _calls;
    private int _runs;

    [Fact]
    public void Whatever_call_fails_nothing_is_left_and_the_table_is_sound()
    {
        List<string> failures = [];
        long mappedBefore = MappedWhenAllIsCollected();
        string? chosen = Environment.GetEnvironmentVariable("NETSHM_CALL_SCENARIO");
        foreach (CallScenario scenario in CallScenarios.All.Where(scenario => chosen is null || scenario.Name == chosen))
        {
            int runsBefore = _runs;
            int calls = Sweep(scenario, failures);
            output.WriteLine($"{scenario}: {calls} calls, {_runs - runsBefore} faults");
        }

        output.WriteLine($"{_calls} calls, {_runs} faults (calls × errors); {Wanted().Count(_reached.Contains)} of {Wanted().Count()} places × errors");
        if (chosen is null)
            failures.AddRange(Wanted().Where(wanted => !_reached.Contains(wanted)).Select(missed => $"not reached: {missed}"));
        Assert.True(failures.Count == 0, $"{failures.Count} failures\n{string.Join('\n', failures.Take(200))}");
        Assert.Equal(mappedBefore, MappedWhenAllIsCollected());
    }

    /// <summary>What the table of fault points lists.</summary>
    private static IEnumerable<(FaultPoint At, int Error)> Wanted() =>
        Enum.GetValues<FaultPoint>().SelectMany(at => ErrorsOf(at).Select(error => (at, error)));

    private static IReadOnlyList<int> ErrorsOf(FaultPoint at) =>
        typeof(FaultPoint).GetField(at.ToString())!.GetCustomAttribute<FailsWithAttribute>()?.Errors ?? [];

    private static long MappedWhenAllIsCollected()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return CallFaults.MappedRanges;
    }

    private int Sweep(CallScenario scenario, List<string> failures)
    {
        List<FaultPoint> calls = [];
        Try(scenario, default, failures, faults => calls = faults.Calls);
        _calls += calls.Count;
        for (int call = 1; call <= calls.Count; call++)
        {
            foreach (int error in ErrorsOf(calls[call - 1]))
            {
                // A signal, and a cycle that the kernel sees, come once. What fails for good is begun with the first call.
                bool comesAgain = calls.IndexOf(calls[call - 1]) == call - 1
                    && error is not (Interruption or Libc.EINTR or Libc.EDEADLK or Libc.EAGAIN or Libc.ETIMEDOUT);
                Try(scenario, new CallFault(call, error, IsForGood: false), failures, Note);
                if (comesAgain)
                    Try(scenario, new CallFault(call, error, IsForGood: true), failures, Note);

                void Note(CallFaults faults)
                {
                    _runs++;
                    if (faults.FailedAt is { } at)
                        _reached.Add((at, error));
                }
            }
        }

        return calls.Count;
    }

    private static void Try(CallScenario scenario, CallFault fault, List<string> failures, Action<CallFaults> note)
    {
        using var run = new CallRun(scenario);
        try
        {
            note(run.Run(fault));
        }
        catch (Exception e)
        {
            failures.Add($"{scenario}, {fault}: {e}");
        }
    }
}

[CollectionDefinition(CallSweepTests.Alone, DisableParallelization = true)]
public sealed class RunsAlone;

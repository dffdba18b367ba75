using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>A process dies before every store of a modification; another one finds the state before or after, in order.</summary>
public class FaultTests(ITestOutputHelper output)
{
    public static TheoryData<Scenario, LockingMethod, Survivor> Deaths
    {
        get
        {
            var data = new TheoryData<Scenario, LockingMethod, Survivor>();
            foreach (Scenario scenario in Scenarios.Single.Concat(Scenarios.Groups))
            {
                data.Add(scenario, LockingMethod.Record, Survivor.Newcomer);
                data.Add(scenario, LockingMethod.Record, Survivor.Bystander);
            }

            foreach (Scenario scenario in Scenarios.WithFutex)
            {
                foreach (Survivor survivor in Enum.GetValues<Survivor>())
                    data.Add(scenario, LockingMethod.Futex, survivor);
            }

            return data;
        }
    }

    public static TheoryData<Scenario> Oversized => [.. Scenarios.Oversized];

    [Theory]
    [MemberData(nameof(Oversized))]
    public void What_is_too_large_for_the_journal_is_repaired_by_a_scan(Scenario scenario)
    {
        const int samples = 4;
        List<string> allowed = FaultRun.AllowedStates(scenario, LockingMethod.Futex);
        int stores = FaultRun.CountStores(scenario, LockingMethod.Futex);
        Seed.Take(output).Run(random =>
        {
            for (int i = 0; i < Effort.Scale(samples); i++)
            {
                // Around the beginning and the end is the most to go wrong.
                int fromEnd = i % 2 == 0 ? random.Next(stores) : random.Next(Math.Min(stores, 40));
                int store = i % 4 == 1 ? fromEnd + 1 : stores - fromEnd;
                DieAndExamine(scenario, store, (Survivor)random.Next(3), allowed);
            }
        });
    }

    [Fact]
    public void What_is_too_large_for_the_journal_leaves_no_two_layouts_that_differ()
    {
        const int last = 24; // The pointers are among them, since the old value has one page.
        List<string> allowed = FaultRun.AllowedStates(Scenarios.OversizedBeside, LockingMethod.Futex);
        int stores = FaultRun.CountStores(Scenarios.OversizedBeside, LockingMethod.Futex);
        for (int store = stores - last; store <= stores; store++)
            DieAndExamine(Scenarios.OversizedBeside, store, (Survivor)(store % 3), allowed);
    }

    private static void DieAndExamine(Scenario scenario, int store, Survivor survivor, List<string> allowed)
    {
        using var run = new FaultRun(scenario, LockingMethod.Futex);
        run.Prepare(survivor);
        Assert.True(run.Kill(store));
        string found = run.Examine(survivor);
        Assert.True(allowed.Contains(found), $"{scenario}, {survivor}, death before store {store}: not whole");
    }

    [Theory]
    [MemberData(nameof(Deaths))]
    public void Who_comes_after_a_death_finds_the_state_before_or_after(
        Scenario scenario, LockingMethod locking, Survivor survivor)
    {
        List<string> allowed = FaultRun.AllowedStates(scenario, locking);
        int latest = 0;
        int gaps = 0;
        bool died = true;
        for (int store = 1; died; store++)
        {
            using var run = new FaultRun(scenario, locking);
            run.Prepare(survivor);
            died = run.Kill(store);
            try
            {
                string found = run.Examine(survivor);
                int state = allowed.IndexOf(found, latest);
                // Between the two stores of a stamp: who comes alone can't tell whether the table was restored from a copy.
                gaps += run.IsFeedComplete ? 0 : 1;
                Assert.True(gaps == 0 || (gaps == 1 && survivor == Survivor.Newcomer), "the change feed has a gap");
                Assert.True(state >= 0, $"found {found}; expected one of: {string.Join(" | ", allowed[latest..])}");
                latest = state;
            }
            catch (Exception e)
            {
                throw new FaultException($"{scenario}, {locking}, {survivor}, death before store {store}: {e.Message}", e);
            }

            if (!died)
                output.WriteLine($"{scenario}, {locking}, {survivor}: {store - 1} deaths");
        }

        Assert.Equal(allowed[^1], allowed[latest]);
    }
}

/// <summary>A death was not survived; the message tells which.</summary>
public sealed class FaultException(string message, Exception cause) : Exception(message, cause);

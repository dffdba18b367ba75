using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>A process dies, and the one that recovers dies as well, before every store of the recovery.</summary>
public class RecoveryFaultTests(ITestOutputHelper output)
{
    /// <summary>For how many deaths of a scenario, drawn at random, all deaths of the recovery are tried.</summary>
    private const int Samples = 2;

    public static TheoryData<Scenario, LockingMethod> Deaths
    {
        get
        {
            var data = new TheoryData<Scenario, LockingMethod>();
            foreach (Scenario scenario in Scenarios.Single.Concat(Scenarios.Groups))
                data.Add(scenario, LockingMethod.Record);
            foreach (Scenario scenario in Scenarios.WithFutex)
                data.Add(scenario, LockingMethod.Futex);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Deaths))]
    public void Recovery_can_die_anywhere_and_is_made_again(Scenario scenario, LockingMethod locking)
    {
        Seed.Take(output).Run(random =>
        {
            List<string> allowed = FaultRun.AllowedStates(scenario, locking);
            int stores = FaultRun.CountStores(scenario, locking);
            int samples = Effort.Scale(Samples);
            IEnumerable<int> deaths = samples >= stores
                ? Enumerable.Range(1, stores)
                : Enumerable.Range(0, samples).Select(_ => random.Next(1, stores + 1));
            foreach (int store in deaths)
            {
                var survivor = (Survivor)random.Next(3);
                int rescues = RunAll(scenario, locking, store, survivor, allowed);
                output.WriteLine($"{scenario}, {locking}, {survivor}, death {store}: {rescues} deaths of the recovery");
            }
        });
    }

    private static int RunAll(
        Scenario scenario, LockingMethod locking, int store, Survivor survivor, List<string> allowed)
    {
        for (int rescue = 1; ; rescue++)
        {
            using var run = new FaultRun(scenario, locking);
            run.Prepare(survivor);
            Assert.True(run.Kill(store));
            bool died = false;
            try
            {
                died = run.KillRescuer(survivor, rescue);
                string found = run.Examine(survivor);
                Assert.True(allowed.Contains(found), $"found {found}; expected one of: {string.Join(" | ", allowed)}");
            }
            catch (Exception e)
            {
                throw new FaultException(
                    $"{scenario}, {locking}, {survivor}, death before store {store} and {rescue} of recovery: {e.Message}", e);
            }

            if (!died)
                return rescue - 1;
        }
    }
}

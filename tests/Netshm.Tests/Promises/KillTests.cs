using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>
/// Promise 1: after kills at random instants no acknowledged write is lost, no value is torn, and the table is
/// consistent without a leaked page. <c>NETSHM_KILLS</c> says how many kills.
/// </summary>
public class KillTests(ITestOutputHelper output)
{
    private static int Kills => LongForm.Rounds("NETSHM_KILLS", shortForm: 40);

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Kills_at_random_instants_lose_and_tear_nothing(LockingMethod locking) =>
        Seed.Take(output).Run((int)locking, random => new KillCampaign(locking, output).Run(Kills, random));

    [PidNamespaceFact]
    public void Kills_of_processes_in_different_PID_namespaces_lose_and_tear_nothing() =>
        Seed.Take(output).Run(random =>
        {
            var campaign = new KillCampaign(LockingMethod.Futex, output)
            {
                Start = (worker, command) => worker % 2 == 0
                    ? WorkerProcess.Start(command)
                    : WorkerProcess.StartInPidNamespace(command),
            };
            campaign.Run(LongForm.Rounds("NETSHM_NAMESPACE_KILLS", shortForm: 20), random);
        });
}

/// <summary>A test that needs PID namespaces; skipped where they can't be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PidNamespaceFactAttribute : FactAttribute
{
    public PidNamespaceFactAttribute()
    {
        if (!WorkerProcess.HasPidNamespaces)
            Skip = "needs the right to make PID namespaces: unshare --pid --fork --mount-proc --kill-child";
    }
}

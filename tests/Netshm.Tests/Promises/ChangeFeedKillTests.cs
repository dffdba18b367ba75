using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>
/// While four processes write and are killed at random instants, three others see every number of the change feed exactly once
/// and in order; played through, it gives the table. <c>NETSHM_FEED_KILLS</c> says how many kills.
/// </summary>
public class ChangeFeedKillTests(ITestOutputHelper output)
{
    /// <summary>More than the writers can do while a follower stands still.</summary>
    private const int Capacity = 1 << 20;

    private const int Followers = 3;

    [Fact]
    public void Kills_at_random_instants_leave_a_feed_that_gives_the_table() => Seed.Take(output).Run(random =>
    {
        var campaign = new KillCampaign(LockingMethod.Futex, output)
        {
            ChangeFeedCapacity = Capacity,
            Followers = Followers,
        };
        campaign.Run(LongForm.Rounds("NETSHM_FEED_KILLS", shortForm: 40), random);
        output.WriteLine($"{campaign.Changes / Followers} changes, seen by {Followers} processes each");
        Assert.True(campaign.Changes > 0);
    });
}

using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.TestKit;
using Netshm.Actors.Cluster.Sharding;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>Where partitions go, with regions that are nothing but references.</summary>
public sealed class WarmAllocationTests : Akka.TestKit.Xunit2.TestKit
{
    private const string Shard = "3";
    private static readonly Guid s_host = Guid.NewGuid();
    private static readonly IImmutableSet<string> s_none = ImmutableHashSet<string>.Empty;

    private readonly TestProbe _region;
    private readonly WarmAllocationStrategy _strategy;

    public WarmAllocationTests()
    {
        _region = CreateTestProbe();
        var hosts = new HostMap(s_host, Address.AllSystems);
        hosts.LearnServing(3, s_host);
        _strategy = new WarmAllocationStrategy(new MovesShard(), hosts);
    }

    [Fact]
    public async Task A_partition_that_is_to_move_goes_where_the_load_is_least() =>
        Assert.Equal(ActorRefs.Nobody, await AllocateAfter(ImmutableList<string>.Empty, s_none));

    [Fact]
    public async Task A_partition_whose_move_is_under_way_goes_where_the_load_is_least() =>
        Assert.Equal(ActorRefs.Nobody, await AllocateAfter([Shard], [Shard]));

    [Fact]
    public async Task A_partition_whose_move_has_failed_stays_on_its_host_when_its_process_dies_later() =>
        Assert.Equal(_region.Ref, await AllocateAfter([Shard], s_none));

    /// <summary>
    /// Has the strategy move the partition, then see it allocated or under way or neither, and says where it is to go.
    /// </summary>
    private async Task<IActorRef> AllocateAfter(IImmutableList<string> allocated, IImmutableSet<string> underWay)
    {
        Assert.Equal([Shard], await _strategy.Rebalance(On([Shard]), s_none));
        _ = await _strategy.Rebalance(On(allocated), underWay.Add("other"));
        return await _strategy.AllocateShard(ActorRefs.Nobody, Shard, On(ImmutableList<string>.Empty));
    }

    private ImmutableDictionary<IActorRef, IImmutableList<string>> On(IImmutableList<string> shards) =>
        ImmutableDictionary<IActorRef, IImmutableList<string>>.Empty.Add(_region.Ref, shards);

    /// <summary>Moves the partition when nothing is under way, to nobody.</summary>
    private sealed class MovesShard : IShardAllocationStrategy
    {
        public Task<IActorRef> AllocateShard(
            IActorRef requester, string shardId,
            IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations) =>
            Task.FromResult<IActorRef>(ActorRefs.Nobody);

        public Task<IImmutableSet<string>> Rebalance(
            IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations,
            IImmutableSet<string> rebalanceInProgress) =>
            Task.FromResult(rebalanceInProgress.Count == 0 ? ImmutableHashSet.Create(Shard) : s_none);
    }
}

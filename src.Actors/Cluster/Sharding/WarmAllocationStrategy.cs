using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Gives a partition whose process is gone to another process of the same host, where its contents are; otherwise, and when
/// partitions are moved to even the load out, another strategy decides.
/// </summary>
internal sealed class WarmAllocationStrategy(IShardAllocationStrategy byLoad, HostMap hosts)
    : IActorSystemDependentAllocationStrategy
{
    /// <summary>The partitions that are on their way to wherever the load is least.</summary>
    private readonly ConcurrentDictionary<string, bool> _moving = new();

    public void Start(ActorSystem system)
    {
        switch (byLoad)
        {
            case IActorSystemDependentAllocationStrategy dependent:
                dependent.Start(system);
                break;
            case IStartableAllocationStrategy startable:
                startable.Start();
                break;
        }
    }

    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId,
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        if (!_moving.TryRemove(shardId, out _)
            && hosts.LastHostOf(int.Parse(shardId, CultureInfo.InvariantCulture)) is { } host
            && currentShardAllocations.Where(region => hosts.HostOf(region.Key) == host).ToList() is [_, ..] warm)
        {
            return Task.FromResult(warm.MinBy(region => region.Value.Count).Key);
        }

        return byLoad.AllocateShard(requester, shardId, currentShardAllocations);
    }

    public async Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations,
        IImmutableSet<string> rebalanceInProgress)
    {
        ForgetThoseThatStayed(currentShardAllocations, rebalanceInProgress);
        IImmutableSet<string> chosen =
            await byLoad.Rebalance(currentShardAllocations, rebalanceInProgress).ConfigureAwait(false);
        foreach (string shardId in chosen)
            _moving[shardId] = true;
        return chosen;
    }

    /// <summary>A partition whose move has failed is where it was: if its process dies, it is to stay on the host.</summary>
    private void ForgetThoseThatStayed(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations,
        IImmutableSet<string> rebalanceInProgress)
    {
        foreach (string shardId in currentShardAllocations.Values.SelectMany(static shards => shards))
        {
            if (!rebalanceInProgress.Contains(shardId))
                _moving.TryRemove(shardId, out _);
        }
    }
}

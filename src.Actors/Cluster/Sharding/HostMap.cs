using System.Collections.Concurrent;
using System.Diagnostics;
using Akka.Actor;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>Which host each node of a sharded table is on, and which host has served each partition last.</summary>
/// <remarks>The node's <see cref="PartitionKeeper"/> keeps it right; any thread may read it.</remarks>
internal sealed class HostMap(Guid self, Address selfAddress)
{
    private readonly ConcurrentDictionary<Address, Guid> _hosts = new([new(selfAddress, self)]);
    private readonly ConcurrentDictionary<int, Guid> _serving = new();
    private long _lastLoss = Stopwatch.GetTimestamp();

    /// <summary>This node's host.</summary>
    public Guid Self { get; } = self;

    /// <summary>All hosts that have a node in the cluster.</summary>
    public IReadOnlyCollection<Guid> All => [.. _hosts.Values.Distinct()];

    /// <summary>Whether another node is on this node's host.</summary>
    public bool HasNeighbour => _hosts.Values.Count(host => host == Self) > 1;

    /// <summary>
    /// How long ago a node was lost, or might have been before this one was there: its host may be about to come back.
    /// </summary>
    public TimeSpan SinceLastLoss => Stopwatch.GetElapsedTime(Volatile.Read(ref _lastLoss));

    public void LearnNode(Address node, Guid host) => _hosts[node] = host;

    public void ForgetNode(Address node)
    {
        _hosts.TryRemove(node, out _);
        Volatile.Write(ref _lastLoss, Stopwatch.GetTimestamp());
    }

    public void LearnServing(int partition, Guid host) => _serving[partition] = host;

    /// <summary>The host of the node to which an actor belongs, as far as it is known.</summary>
    public Guid? HostOf(IActorRef actor)
    {
        Address address = actor.Path.Address.HasGlobalScope ? actor.Path.Address : selfAddress;
        return _hosts.TryGetValue(address, out Guid host) ? host : null;
    }

    /// <summary>The host that has served a partition last, as far as it is known.</summary>
    public Guid? LastHostOf(int partition) => _serving.TryGetValue(partition, out Guid host) ? host : null;
}

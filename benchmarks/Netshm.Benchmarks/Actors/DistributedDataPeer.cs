using Akka.Actor;
using Akka.Cluster;
using Akka.Configuration;
using Akka.DistributedData;

namespace Netshm.Benchmarks.Actors;

/// <summary>
/// Akka's Distributed Data on a cluster of one node: one LWWDictionary of integers to arrays for each hundred keys, as its
/// manual advises, updated and read locally.
/// </summary>
internal sealed class DistributedDataPeer : IDisposable
{
    private const int KeysInDictionary = 100;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private readonly ActorSystem _system;
    private readonly Cluster _cluster;
    private readonly IActorRef _replicator;

    /// <summary>Starts the node.</summary>
    public DistributedDataPeer()
    {
        _system = ActorSystem.Create("data", ConfigurationFactory.ParseString(
            """
            akka.loglevel = WARNING
            akka.actor.provider = cluster
            akka.remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 }
            """).WithFallback(DistributedData.DefaultConfig()));
        _cluster = Cluster.Get(_system);
        _cluster.JoinAsync(_cluster.SelfAddress).Wait(s_patience);
        _replicator = DistributedData.Get(_system).Replicator;
    }

    /// <summary>Sets a key's value and waits for the local confirmation.</summary>
    public async Task UpdateAsync(int key, int[] value)
    {
        IUpdateResponse answer = await _replicator.Ask<IUpdateResponse>(Dsl.Update(
            Place(key),
            LWWDictionary<int, int[]>.Empty,
            WriteLocal.Instance,
            dictionary => dictionary.SetItem(_cluster.SelfUniqueAddress, key, value)));
        if (!answer.IsSuccessful)
            throw new InvalidOperationException("The replicator did not update");
    }

    /// <summary>Reads a key's value, which is there.</summary>
    public async Task ReadAsync(int key)
    {
        GetSuccess answer = await _replicator.Ask<GetSuccess>(Dsl.Get(Place(key), ReadLocal.Instance));
        if (answer.Get(Place(key))[key].Length == 0)
            throw new InvalidOperationException("The value is wrong");
    }

    /// <inheritdoc/>
    public void Dispose() => _system.Terminate().Wait(s_patience);

    private static LWWDictionaryKey<int, int[]> Place(int key) => new($"d{key / KeysInDictionary}");
}

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Clusters of processes need the machine for themselves: their tests run one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ClusterTests
{
    /// <summary>The collection's name.</summary>
    public const string Name = "clusters";
}

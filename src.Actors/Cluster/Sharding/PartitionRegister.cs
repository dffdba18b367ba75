using Akka.Actor;
using Akka.DistributedData;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// The cluster's word on which copy of each partition counts: a register of Akka.DistributedData for each partition, written
/// to and read from a majority of its nodes, so that a new owner reads what the last one wrote.
/// </summary>
/// <remarks>
/// Only a partition's owner writes, and it has read before, so that its value gets a later timestamp than the one before, and
/// clocks don't matter. The value is the layout's version, a space, and the generation.
/// </remarks>
internal sealed class PartitionRegister(ActorSystem system, string tableName, TimeSpan timeout)
{
    private const string Version = "1 ";

    private readonly DistributedData _data = DistributedData.Get(system);
    private readonly AkkaCluster _cluster = AkkaCluster.Get(system);

    /// <summary>The copy that counts, or null when no node knows of one.</summary>
    /// <exception cref="TimeoutException">No majority of the nodes answered.</exception>
    public async Task<Generation?> ReadAsync(int partition, CancellationToken cancellation)
    {
        LWWRegister<string>? found = await FindAsync(partition, cancellation).ConfigureAwait(false);
        if (found is null)
            return null;
        return found.Value.StartsWith(Version, StringComparison.Ordinal)
            && Generation.TryParse(found.Value[Version.Length..], out Generation? generation)
                ? generation
                : throw new FormatException($"'{found.Value}' is no generation of a partition, or of a later version");
    }

    /// <summary>Makes a copy the one that counts.</summary>
    /// <exception cref="TimeoutException">
    /// No majority of the nodes answered; it may count all the same, or come to count later.
    /// </exception>
    public async Task WriteAsync(int partition, Generation generation, CancellationToken cancellation)
    {
        LWWRegister<string>? before = await FindAsync(partition, cancellation).ConfigureAwait(false);
        string text = Version + generation;
        LWWRegister<string> register = before is null
            ? new LWWRegister<string>(_cluster.SelfUniqueAddress, text)
            : before.WithValue(_cluster.SelfUniqueAddress, text);
        await _data.UpdateAsync(KeyOf(partition), register, new WriteMajority(timeout), cancellation).ConfigureAwait(false);
    }

    private LWWRegisterKey<string> KeyOf(int partition) =>
        new(FormattableString.Invariant($"netshm-partition-{tableName}-{partition}"));

    private async Task<LWWRegister<string>?> FindAsync(int partition, CancellationToken cancellation) =>
        await _data.GetAsync(KeyOf(partition), new ReadMajority(timeout), cancellation).ConfigureAwait(false);
}

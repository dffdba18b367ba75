using System.Runtime.InteropServices;
using Akka.Configuration;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// What a host remembers of a sharded table when all its processes are gone: who it is, and of each partition the copy that
/// it served last and the hosts that its owner saw in the cluster beside it. It is a table of its own in shared memory.
/// </summary>
/// <remarks>
/// The key of a partition's entry is its number; the value is the epoch, the generation's id and the ids of the hosts.
/// Safe for use by several threads and processes.
/// </remarks>
internal sealed class HostLedger : IDisposable
{
    private const int HostKey = -1;
    private const int PartitionsKey = -2;
    private const int GuidLengthInWords = 4;
    private const int EpochLengthInWords = 2;

    /// <summary>A process that is stopped in the middle of a note keeps the others waiting no longer.</summary>
    private static readonly TimeSpan s_lockTimeout = TimeSpan.FromSeconds(10);

    private readonly ShmTable _table;

    /// <summary>Opens the host's ledger; the first process makes it.</summary>
    /// <exception cref="ConfigurationException">The table has another number of partitions here.</exception>
    public HostLedger(SharedMemoryName name, int partitions)
    {
        _table = ShmTable.Open(name, new ShmTableOptions { Locking = LockingMethod.Futex, LockTimeout = s_lockTimeout });
        try
        {
            Host = _table.Group(HostOnce);
            int recorded = _table.Group(() => NumberOnce(PartitionsKey, partitions));
            if (recorded != partitions)
            {
                throw new ConfigurationException(FormattableString.Invariant(
                    $"{name}: the table has {recorded} partitions on this host, which can't change; not {partitions}"));
            }
        }
        catch
        {
            _table.Dispose();
            throw;
        }
    }

    /// <summary>The host's id: processes that share the ledger have the same, whatever their addresses.</summary>
    public Guid Host { get; }

    /// <summary>
    /// Notes the copy that this host serves, and the hosts in the cluster at this time, unless another process serves it by now.
    /// </summary>
    /// <remarks>
    /// It looks under the ledger's lock. A new owner notes after it has become the owner; so a note of the one before either comes
    /// before it, and is replaced, or is not made.
    /// </remarks>
    public void Note(ActivePartition served, IReadOnlyCollection<Guid> hosts)
    {
        int[] words = WordsOf(served.Generation, hosts);
        _table.Group(() =>
        {
            if (served.IsLatestOwner)
                _table.Replace(served.Partition, words);
        });
    }

    private static int[] WordsOf(Generation generation, IReadOnlyCollection<Guid> hosts)
    {
        int[] words = new int[EpochLengthInWords + (GuidLengthInWords * (1 + hosts.Count))];
        Span<byte> bytes = MemoryMarshal.AsBytes(words.AsSpan());
        MemoryMarshal.Write(bytes, generation.Epoch);
        int at = sizeof(long);
        foreach (Guid id in hosts.Prepend(generation.Id))
        {
            id.TryWriteBytes(bytes[at..]);
            at += GuidLengthInWords * sizeof(int);
        }

        return words;
    }

    /// <summary>The copy of a partition that this host served last, if it served one.</summary>
    public PartitionClaim? Find(int partition)
    {
        if (!_table.TryFind(partition, out int[]? words))
            return null;
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(words.AsSpan());
        long epoch = MemoryMarshal.Read<long>(bytes);
        List<Guid> ids = [];
        const int guidLength = GuidLengthInWords * sizeof(int);
        for (bytes = bytes[sizeof(long)..]; bytes.Length >= guidLength; bytes = bytes[guidLength..])
            ids.Add(new Guid(bytes[..guidLength]));
        return new PartitionClaim(new Generation(epoch, ids[0]), new([.. ids.Skip(1)]));
    }

    public void Dispose() => _table.Dispose();

    private Guid HostOnce()
    {
        if (!_table.TryFind(HostKey, out int[]? words))
        {
            words = new int[GuidLengthInWords];
            Guid.NewGuid().TryWriteBytes(MemoryMarshal.AsBytes(words.AsSpan()));
            _table.Replace(HostKey, words);
        }

        return new Guid(MemoryMarshal.AsBytes(words.AsSpan()));
    }

    private int NumberOnce(int key, int number)
    {
        if (_table.TryFind(key, out int[]? words))
            return words[0];
        _table.Replace(key, [number]);
        return number;
    }
}

/// <summary>What a host has of a partition.</summary>
/// <param name="Generation">The copy that it served last.</param>
/// <param name="Hosts">The hosts that its owner saw in the cluster then, itself included.</param>
internal sealed record PartitionClaim(Generation Generation, Sequence<Guid> Hosts);

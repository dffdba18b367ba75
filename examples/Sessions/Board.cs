using System.IO.MemoryMappedFiles;

namespace Sessions;

/// <summary>An update that has returned.</summary>
/// <param name="User">The user.</param>
/// <param name="Number">The number that the session counted then: no other update of the session may get it.</param>
internal readonly record struct Acknowledgement(int User, int Number);

/// <summary>
/// What the clients of all processes have done, in a file that all map into their memory. What is stored there outlives the
/// process that has stored it, however that one ends.
/// </summary>
/// <remarks>
/// Each client has its own counters and its own list of acknowledgements, and is the only one to write them. The list's length
/// is stored after the entry, so a client that is killed in between leaves the list without it.
/// </remarks>
internal sealed class Board : IDisposable
{
    /// <summary>The room for acknowledgements of a client. The file is sparse: what is not used takes no memory.</summary>
    private const int MaxAcknowledgements = 1 << 22;

    private static readonly int s_reads = 1;
    private static readonly int s_updates = s_reads + Latencies.Buckets;
    private static readonly int s_acknowledgements = s_updates + Latencies.Buckets;
    private static readonly int s_longsPerClient = s_acknowledgements + MaxAcknowledgements;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _memory;

    private Board(MemoryMappedFile file)
    {
        _file = file;
        _memory = file.CreateViewAccessor();
    }

    /// <summary>Creates a board.</summary>
    public static Board Create(string path) => new(MemoryMappedFile.CreateFromFile(
        path, FileMode.CreateNew, mapName: null, (long)Load.Clients * s_longsPerClient * sizeof(long)));

    /// <summary>Opens the board that another process has created.</summary>
    public static Board Open(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.Open));

    /// <summary>Notes that a client's update has returned.</summary>
    /// <exception cref="IOException">The client's list is full.</exception>
    public void Acknowledge(int client, Acknowledgement acknowledgement)
    {
        long count = _memory.ReadInt64(PositionOf(client, 0));
        if (count == MaxAcknowledgements)
            throw new IOException($"the board has no room for more than {count:N0} acknowledgements of a client");
        _memory.Write(
            PositionOf(client, s_acknowledgements + (int)count),
            ((long)acknowledgement.User << 32) | (uint)acknowledgement.Number);
        _memory.Write(PositionOf(client, 0), count + 1);
    }

    /// <summary>Counts a client's read.</summary>
    public void CountRead(int client, long nanoseconds) => Count(client, s_reads + Latencies.BucketOf(nanoseconds));

    /// <summary>Counts a client's update.</summary>
    public void CountUpdate(int client, long nanoseconds) => Count(client, s_updates + Latencies.BucketOf(nanoseconds));

    /// <summary>How many reads some clients have made, by latency.</summary>
    public long[] ReadsOf(Range clients) => Sum(clients, s_reads);

    /// <summary>How many updates some clients have made, by latency.</summary>
    public long[] UpdatesOf(Range clients) => Sum(clients, s_updates);

    /// <summary>The acknowledged updates of all clients.</summary>
    public IEnumerable<Acknowledgement> Acknowledgements()
    {
        for (int client = 0; client < Load.Clients; client++)
        {
            long count = _memory.ReadInt64(PositionOf(client, 0));
            for (int i = 0; i < count; i++)
            {
                long entry = _memory.ReadInt64(PositionOf(client, s_acknowledgements + i));
                yield return new Acknowledgement((int)(entry >> 32), (int)entry);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
    }

    private static long PositionOf(int client, int index) => ((long)client * s_longsPerClient + index) * sizeof(long);

    private void Count(int client, int index)
    {
        long position = PositionOf(client, index);
        _memory.Write(position, _memory.ReadInt64(position) + 1);
    }

    private long[] Sum(Range clients, int first)
    {
        long[] sums = new long[Latencies.Buckets];
        (int start, int length) = clients.GetOffsetAndLength(Load.Clients);
        for (int client = start; client < start + length; client++)
        {
            for (int bucket = 0; bucket < sums.Length; bucket++)
                sums[bucket] += _memory.ReadInt64(PositionOf(client, first + bucket));
        }

        return sums;
    }
}

using Akka.Actor;
using static Netshm.Actors.Cluster.PartitionProtocol;

namespace Netshm.Actors.Cluster;

/// <summary>
/// Reads a copy of a partition, which nobody serves any more, for its new owner on another host: each
/// <see cref="NextChunk"/> is answered by the next piece, so that no more is read than the other end takes.
/// </summary>
internal sealed class PartitionReader : UntypedActor
{
    private readonly SharedMemoryName _name;
    private readonly int _chunkLengthInWords;
    private SharedMemoryObject? _memory;
    private ShmTable? _table;
    private IEnumerator<int[]>? _pieces;
    private int _next;

    public PartitionReader(SharedMemoryName name, ShardedTableSettings settings)
    {
        _name = name;
        _chunkLengthInWords = settings.ChunkSizeInBytes / sizeof(int);

        // The other end gives up after this time without an answer, and asks for the next piece long before.
        Context.SetReceiveTimeout(settings.PeerTimeout * 2);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NextChunk asked:
                Sender.Tell(ReplyTo(asked));
                break;
            case ReceiveTimeout:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        _pieces?.Dispose();
        _table?.Dispose();
        _memory?.Dispose();
    }

    private object ReplyTo(NextChunk asked)
    {
        try
        {
            if (asked.Index != _next)
                throw new InvalidDataException(FormattableString.Invariant($"piece {_next} is the next one, not {asked.Index}"));
            _pieces ??= Open();
            if (_pieces.MoveNext())
                return new Chunk(_next++, new(_pieces.Current), TotalBindings: null);
            Context.Stop(Self);
            return new Chunk(_next, [], _table!.Count);
        }
        catch (Exception e) when (e is NetshmException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            Context.Stop(Self);
            return new TransferFailed(e.Message);
        }
    }

    private IEnumerator<int[]> Open()
    {
        _memory = SharedMemoryObject.Open(_name, FileMode.Open);
        _table = ShmTable.Manage(_memory);
        return BindingStream.Read(_table, _chunkLengthInWords).GetEnumerator();
    }
}

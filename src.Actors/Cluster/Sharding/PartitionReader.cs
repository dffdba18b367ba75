using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Netshm.Actors.Cluster.Common;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Reads a copy of a partition, which nobody serves any more, for its new owner on another host: each
/// <see cref="NextChunk"/> is answered by the next piece, so that no more is read than the other end takes.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "PostStop disposes of what it owns.")]
internal sealed class PartitionReader : SteadyActor
{
    private readonly PartitionContents _contents;
    private Task<object> _reading = Task.FromResult<object>(Undelivered.Instance);

    public PartitionReader(SharedMemoryName name, ShardedTableSettings settings)
    {
        _contents = new PartitionContents(name, settings);

        // The other end gives up after this time without an answer, and asks for the next piece long before.
        Context.SetReceiveTimeout(settings.PeerTimeout * 2);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NextChunk asked:
                _reading = ReadAfterAsync(_reading, asked);
                _reading.PipeTo(Self, Sender);
                break;
            case Chunk { TotalBindings: null } piece:
                Sender.Tell(piece);
                break;
            case Chunk or TransferFailed:
                Sender.Tell(message);
                Context.Stop(Self);
                break;
            case Status.Failure failure:
                Sender.Tell(new TransferFailed(failure.Cause.Message));
                Context.Stop(Self);
                break;
            case ReceiveTimeout:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop() => _ = CloseAfterAsync(_reading);

    private async Task<object> ReadAfterAsync(Task before, NextChunk asked)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await OwnThread.Run(() => _contents.Read(asked)).ConfigureAwait(false);
    }

    private async Task CloseAfterAsync(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await OwnThread.Run(_contents.Dispose).ConfigureAwait(false);
    }
}

/// <summary>The contents of a partition's file in pieces; for one thread at a time.</summary>
internal sealed class PartitionContents(SharedMemoryName name, ShardedTableSettings settings) : IDisposable
{
    private SharedMemoryObject? _memory;
    private ShmTable? _table;
    private IEnumerator<int[]>? _pieces;
    private int _next;

    /// <summary>The next piece; it waits for the table's lock, but not for longer than the other end waits for the piece.</summary>
    /// <returns>A <see cref="Chunk"/> or a <see cref="TransferFailed"/>, after which there is nothing more.</returns>
    public object Read(NextChunk asked)
    {
        try
        {
            if (asked.Index != _next)
                throw new InvalidDataException(FormattableString.Invariant($"piece {_next} is the next one, not {asked.Index}"));
            _pieces ??= Open();
            return _pieces.MoveNext()
                ? new Chunk(_next++, new(_pieces.Current), TotalBindings: null)
                : new Chunk(_next, [], _table!.Count);
        }
        catch (Exception e) when (e is NetshmException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return new TransferFailed(e.Message);
        }
    }

    public void Dispose()
    {
        _pieces?.Dispose();
        _table?.Dispose();
        _memory?.Dispose();
    }

    private IEnumerator<int[]> Open()
    {
        _memory = SharedMemoryObject.Open(name, FileMode.Open);
        _table = ShmTable.Manage(_memory, new ShmTableOptions { LockTimeout = settings.PeerTimeout });

        // The owner of before may be alive without knowing that it was removed: from here on it stores nothing.
        _table.RaiseOwnerEpoch(_table.OwnerEpoch);
        return BindingStream.Read(_table, settings.ChunkSizeInBytes / sizeof(int)).GetEnumerator();
    }
}

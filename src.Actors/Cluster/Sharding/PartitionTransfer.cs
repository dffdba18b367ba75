using Akka.Actor;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>The new owner's end of a hand-over: fetches the contents of a partition from another host.</summary>
internal static class PartitionTransfer
{
    /// <summary>Fills an empty table with a copy that another host has.</summary>
    /// <param name="node">This node.</param>
    /// <param name="keeper">A keeper on that host.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="generation">The copy.</param>
    /// <param name="destination">The table.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="PartitionTransferException">The other end failed, or is gone.</exception>
    public static async Task FillAsync(
        ShardedTableNode node, IActorRef keeper, int partition, Generation generation, ShmTable destination,
        CancellationToken cancellation)
    {
        var transfer = Guid.NewGuid();
        var writer = new BindingStream.Writer(destination);
        Task<object> next = AskFor(0);
        for (int index = 0; ; index++)
        {
            if (await AnswerTo(next, node, keeper).ConfigureAwait(false) is not Chunk chunk)
                throw new PartitionTransferException(((TransferFailed)next.Result).Reason);
            if (chunk.TotalBindings is null)
                next = AskFor(index + 1); // The next piece travels while this one is written, but no more.
            await OwnThread.Run(() => writer.Write(chunk.Words)).ConfigureAwait(false);
            if (chunk.TotalBindings is not { } total)
                continue;
            if (!writer.IsBetweenBindings || writer.Bindings != total)
            {
                throw new PartitionTransferException(FormattableString.Invariant(
                    $"{writer.Bindings} bindings of partition {partition} came; {total} were sent"));
            }

            return;
        }

        Task<object> AskFor(int index) => keeper.Ask<object>(
            new NextChunk(partition, generation, transfer, index), node.Settings.PeerTimeout, cancellation);
    }

    /// <summary>Waits for an answer, but not for one of a node that the cluster has given up.</summary>
    private static async Task<object> AnswerTo(Task<object> question, ShardedTableNode node, IActorRef keeper)
    {
        while (await Task.WhenAny(question, Task.Delay(node.Settings.RetryInterval)).ConfigureAwait(false) != question)
        {
            if (!node.IsThere(keeper))
                throw new PartitionTransferException("the other host's process is gone");
        }

        try
        {
            return await question.ConfigureAwait(false);
        }
        catch (AskTimeoutException e)
        {
            throw new PartitionTransferException("the other host does not answer", e);
        }
    }
}

/// <summary>A partition's contents could not be had from another host.</summary>
internal sealed class PartitionTransferException(string message, Exception? cause = null) : Exception(message, cause);

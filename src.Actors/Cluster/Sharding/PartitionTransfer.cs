using Akka.Actor;
using static Netshm.Actors.Cluster.PartitionProtocol;

namespace Netshm.Actors.Cluster;

/// <summary>The new owner's end of a hand-over: fetches the contents of a partition from another host.</summary>
internal static class PartitionTransfer
{
    /// <summary>Fills an empty table with a copy that another host has.</summary>
    /// <param name="keeper">A keeper on that host.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="generation">The copy.</param>
    /// <param name="destination">The table.</param>
    /// <param name="timeout">How long to wait for each piece.</param>
    /// <param name="cancellation">Gives it up.</param>
    /// <exception cref="PartitionTransferException">The other end failed, or is gone.</exception>
    public static async Task FillAsync(
        IActorRef keeper, int partition, Generation generation, ShmTable destination, TimeSpan timeout,
        CancellationToken cancellation)
    {
        var transfer = Guid.NewGuid();
        var writer = new BindingStream.Writer(destination);
        Task<object> next = AskFor(0);
        for (int index = 0; ; index++)
        {
            if (await AnswerTo(next).ConfigureAwait(false) is not Chunk chunk)
                throw new PartitionTransferException(((TransferFailed)next.Result).Reason);
            if (chunk.TotalBindings is null)
                next = AskFor(index + 1); // The next piece travels while this one is written, but no more.
            writer.Write(chunk.Words);
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
            new NextChunk(partition, generation, transfer, index), timeout, cancellation);
    }

    private static async Task<object> AnswerTo(Task<object> question)
    {
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

namespace Netshm.Actors.Cluster.Sharding;

/// <content>
/// What the <see cref="PartitionKeeper"/>s of a table's nodes tell each other, and what a partition's new owner asks them.
/// </content>
internal static partial class PartitionProtocol
{
    /// <summary>A node makes itself known to another; answered by the same when a reply is wanted.</summary>
    internal sealed record Hello(Guid Host, int Partitions, bool WantsReply) : IWireMessage;

    /// <summary>A partition is served on a host with a copy, which supersedes older ones.</summary>
    internal sealed record Serving(int Partition, Guid Host, Generation Generation) : IWireMessage;

    /// <summary>
    /// Has a partition opened by whoever owns it now; answered by <see cref="Serving"/> when it serves already. A keeper
    /// passes it on to the sharding.
    /// </summary>
    internal sealed record Wake(int Partition) : IWireMessage, IToPartition;

    /// <summary>Asks what a host has of a partition; answered by <see cref="CopyLocation"/>.</summary>
    internal sealed record LocateCopy(int Partition, Generation? Wanted) : IWireMessage;

    /// <summary>The reply to <see cref="LocateCopy"/>.</summary>
    /// <param name="Host">The host that answers.</param>
    /// <param name="HasWanted">Whether it has the copy that was asked for.</param>
    /// <param name="Claim">The copy it served last, if its file is there.</param>
    internal sealed record CopyLocation(Guid Host, bool HasWanted, PartitionClaim? Claim) : IWireMessage;

    /// <summary>
    /// Asks for the next piece of a copy's contents; answered by <see cref="Chunk"/> or <see cref="TransferFailed"/>. The
    /// transfer begins with the piece 0, and each piece is asked for once.
    /// </summary>
    internal sealed record NextChunk(int Partition, Generation Generation, Guid Transfer, int Index) : IWireMessage;

    /// <summary>The reply to <see cref="NextChunk"/>: words as <see cref="BindingStream"/> has them.</summary>
    /// <param name="Index">Which piece it is.</param>
    /// <param name="Words">The words.</param>
    /// <param name="TotalBindings">With the last piece, how many bindings all pieces have.</param>
    internal sealed record Chunk(int Index, Sequence<int> Words, int? TotalBindings) : IWireMessage;

    /// <summary>The reply to <see cref="NextChunk"/> when there is no going on.</summary>
    internal sealed record TransferFailed(string Reason) : IWireMessage;
}

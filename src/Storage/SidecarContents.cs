namespace Netshm.Storage;

/// <summary>What a table's storage keeps in its sidecar.</summary>
internal sealed class SidecarContents(Sidecar sidecar)
{
    public Sidecar Sidecar { get; } = sidecar;

    /// <summary>The words that readers without a lock look at.</summary>
    public ReadSequences Sequences { get; } = new(sidecar.Block, SidecarLayout.SequencesOffset);

    /// <summary>Where the undo journal lies.</summary>
    public JournalSpace Journal { get; } = new(sidecar);

    /// <summary>The table's change feed; null when it has none.</summary>
    public ChangeRing? Changes { get; } =
        sidecar.FeedCapacity == 0 ? null : new ChangeRing(sidecar.Block, SidecarLayout.FeedOffset, sidecar.FeedCapacity);

    /// <summary>How far the table's rehash got, if one is under way.</summary>
    public RehashProgress Rehash { get; } = new(sidecar.Block, SidecarLayout.RehashOffset);
}

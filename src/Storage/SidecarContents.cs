namespace Netshm.Storage;

/// <summary>What a table's storage keeps in its sidecar.</summary>
internal sealed class SidecarContents
{
    public SidecarContents(Sidecar sidecar)
    {
        Sidecar = sidecar;
        Journal = new JournalSpace(sidecar);
        Changes = sidecar.FeedCapacity == 0 ? null : new ChangeRing(sidecar.Block, SidecarLayout.FeedOffset, sidecar.FeedCapacity);
        Sequences = new ReadSequences(sidecar.Block, SidecarLayout.SequencesOffset);
        Rehash = new RehashProgress(sidecar.Block, SidecarLayout.RehashOffset);
    }

    public Sidecar Sidecar { get; }

    /// <summary>The words that readers without a lock look at.</summary>
    public ReadSequences Sequences { get; }

    /// <summary>Where the undo journal lies.</summary>
    public JournalSpace Journal { get; }

    /// <summary>The table's change feed; null when it has none.</summary>
    public ChangeRing? Changes { get; }

    /// <summary>How far the table's rehash got, if one is under way.</summary>
    public RehashProgress Rehash { get; }
}

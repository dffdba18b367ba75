namespace Netshm.Storage;

/// <summary>The records of a sidecar's undo journal: at its end, which grows with what a change has to record.</summary>
/// <remarks>
/// All of the room there can ever be is mapped from the start; records beyond <see cref="Capacity"/> have no memory behind
/// them yet. Only the holder of the table's lock stores and grows. Dying while it grows leaves a longer file.
/// </remarks>
internal sealed class JournalSpace
{
    /// <summary>How many records there can be at most.</summary>
    public const int MaxRecords = (SidecarLayout.MaxJournalLengthInBytes - JournalHeader.LengthInBytes) / SharedRecords.LengthInBytes;

    private readonly FileHandle _file;
    private readonly int _offsetInBytes;
    private readonly string _path;

    public JournalSpace(Sidecar sidecar)
    {
        Block = sidecar.Block;
        _offsetInBytes = SidecarLayout.JournalOffset(sidecar.FeedCapacity);
        _file = sidecar.File;
        _path = sidecar.Path;
        Records = new SharedRecords(Block, _offsetInBytes + JournalHeader.LengthInBytes, MaxRecords);
        LookAtFile();
    }

    public MappedBlock Block { get; }

    /// <summary>Where the header lies in the block.</summary>
    public int HeaderOffset => _offsetInBytes;

    public SharedRecords Records { get; }

    /// <summary>How many records there is room for now, as far as this process knows.</summary>
    public int Capacity { get; private set; }

    /// <summary>Whether there is room for so many records, as somebody else may have made it.</summary>
    public bool Has(int records)
    {
        if (records > Capacity)
            LookAtFile();
        return (uint)records <= (uint)Capacity;
    }

    /// <summary>Makes room for more records.</summary>
    /// <returns>False, with the error number set, when the file system has none; then nothing has changed.</returns>
    public bool TryGrow(int records)
    {
        if (Has(records))
            return true;
        long old = LengthFor(Capacity);
        long wanted = Math.Min(
            Math.Max(LengthFor(records), _offsetInBytes + (2L * (old - _offsetInBytes))),
            (long)_offsetInBytes + SidecarLayout.MaxJournalLengthInBytes);
        Seam.Reached(SeamKind.Store);
        if (!FileSpace.TryAllocate(_file, old, wanted - old))
            return false;
        LookAtFile();
        return true;
    }

    private long LengthFor(int records) =>
        _offsetInBytes + JournalHeader.LengthInBytes + ((long)records * SharedRecords.LengthInBytes);

    private void LookAtFile()
    {
        if (Libc.Stat(FaultPoint.ExamineJournal, _file, out Libc.Status status) != 0)
            throw SystemError.Last("examine", _path);
        long room = status.LengthInBytes - LengthFor(0);
        Capacity = (int)Math.Clamp(room / SharedRecords.LengthInBytes, 0, MaxRecords);
    }
}

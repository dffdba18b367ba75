namespace Netshm.Format;

/// <summary>What the journal's records are about.</summary>
internal enum JournalState
{
    /// <summary>The last change is complete.</summary>
    Idle = 0,
    /// <summary>A change or a transaction is under way; the records take it back.</summary>
    Active = 1,
    /// <summary>A change is under way that is too large for records; a scan repairs what it leaves.</summary>
    Scan = 2,
}

/// <summary>The first words of an undo journal, before its records; docs/FileFormat.md, "Sidecar".</summary>
[StructLayout(LayoutKind.Explicit, Size = LengthInBytes)]
internal struct JournalHeader
{
    public const int LengthInBytes = 64;

    /// <summary>What the last writer left: a <see cref="JournalState"/>.</summary>
    [FieldOffset(0)] public int State;

    /// <summary>How many records there are.</summary>
    [FieldOffset(4)] public int Count;

    /// <summary>Both in one, the state in the lower half.</summary>
    [FieldOffset(0)] public long StateAndCount;

    /// <summary>The first free page when the change began.</summary>
    [FieldOffset(8)] public int FreeHead;

    /// <summary>How many free pages there were.</summary>
    [FieldOffset(12)] public int FreePages;

    /// <summary>How many bindings there were.</summary>
    [FieldOffset(16)] public int Bindings;

    /// <summary>The table's stamp; see <see cref="MasterView.Stamp"/>.</summary>
    [FieldOffset(20)] public int Stamp;
}

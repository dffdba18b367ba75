namespace Netshm;

/// <summary>What a table's first pages tell, looked at from outside without any lock: other processes may be in between.</summary>
/// <param name="PageSize">The size of a page, in bytes.</param>
/// <param name="Locking">The method that the table carries: record or futex locking.</param>
/// <param name="Bindings">How many bindings the descriptor counts.</param>
/// <param name="TotalPages">How many pages the table has.</param>
/// <param name="FreePages">How many of them are free.</param>
/// <param name="UsedCells">How many cells are claimed.</param>
/// <param name="Cells">How many cells there are.</param>
public sealed record TableObservation(
    int PageSize, LockingMethod Locking, int Bindings, int TotalPages, int FreePages, int UsedCells, int Cells)
{
    /// <summary>Looks at an object; null when it is empty, or the creation of a table in it did not come to its end.</summary>
    /// <remarks>May be called from any thread, on objects that are open for reading only, and takes no lock.</remarks>
    /// <exception cref="CorruptFileException">It holds something else than a table, or one whose first pages are damaged.</exception>
    public static TableObservation? Of(SharedMemoryObject memory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        if (TableInspection.Inspect(memory.Memory, null, memory.Name.ToString(), out int pageSize) != FileContents.Table)
            return null;
        int[] words = new int[DescriptorView.ExtentsWord];
        _ = memory.Memory.ReadAt((long)Layout.DescriptorPage * pageSize, MemoryMarshal.AsBytes(words.AsSpan()));
        var descriptor = new DescriptorView(words);
        return new TableObservation(
            pageSize,
            descriptor.FoundMagic == DescriptorView.FutexMagic ? LockingMethod.Futex : LockingMethod.Record,
            descriptor.Bindings,
            descriptor.TotalPages,
            descriptor.FreePages,
            descriptor.UsedCells,
            descriptor.Cells);
    }
}

namespace Netshm.Recovery;

/// <summary>Makes the free list and the counts of a table anew from what its cells refer to.</summary>
/// <remarks>docs/Protocol.md, "Repair by scan". The caller holds the write lock and all content.</remarks>
internal static class TableRepair
{
    /// <summary>Repairs; dying leaves leaks, and the write mark makes the next holder of the lock repair again.</summary>
    /// <returns>How many pages are free now that were not before.</returns>
    /// <exception cref="CorruptFileException">There is other damage, which no death leaves; nothing was changed.</exception>
    public static int Run(TableStorage storage)
    {
        TableCensus census = TableCheck.TakeCensus(storage);
        if (census.Damage is { } damage)
            throw new CorruptFileException(storage.Pages.Name, damage.Page, damage.Word, damage.Problem);

        DescriptorView descriptor = storage.OpenDescriptor();
        int freeBefore = descriptor.FreePages;
        descriptor.FreePages = 0; // Before the head: the original bears a count that is too low.
        descriptor.FreeHead = 0;
        for (int page = census.IsUsed.Length - 1; page > Layout.DescriptorPage; page--)
        {
            if (!census.IsUsed[page])
                FreeList.PutPage(storage.Pages, descriptor, page);
        }

        descriptor.Bindings = census.Bindings;
        descriptor.UsedCells = census.ClaimedCells;
        return descriptor.FreePages - freeBefore;
    }
}

/// <summary>What a walk over the cells and bindings of a table found.</summary>
/// <param name="IsUsed">For each page, whether something refers to it; the free list does not count.</param>
/// <param name="Bindings">How many bindings there are.</param>
/// <param name="ClaimedCells">How many cells were ever used.</param>
/// <param name="Damage">A violation of the format, or null.</param>
internal sealed record TableCensus(bool[] IsUsed, int Bindings, int ClaimedCells, TableViolation? Damage);

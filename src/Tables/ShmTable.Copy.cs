namespace Netshm;

/// <content>Copies of tables that are in use.</content>
public sealed partial class ShmTable
{
    private const int CopiedBytesPerStep = 1 << 20;

    /// <summary>
    /// Copies the table page by page, as of one instant, into a new object with the same permissions and locking method; a change
    /// feed is not copied. The copy is checked, and what processes that died have left in it is brought in order.
    /// </summary>
    /// <remarks>The table is locked for reading while the pages are written, so that writers wait for the device.</remarks>
    /// <param name="target">The copy, which nothing bears yet. When copying fails nothing is left there.</param>
    /// <param name="progress">Is told under the lock which part was copied, from 0 to 1; what it throws ends the copying.</param>
    /// <returns>What the check of the copy found: no violation.</returns>
    /// <exception cref="CorruptFileException">The table is damaged.</exception>
    /// <exception cref="IOException">Something bears the name already, or the device fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The permissions do not allow it.</exception>
    public TableReport CopyTo(SharedMemoryName target, IProgress<double>? progress = null)
    {
        LockingMethod locking = StoredLocking;
        UnixFileMode permissions = File.GetUnixFileMode(Name.MemoryPath);
        using SharedMemoryObject copy = SharedMemoryObject.Open(target, FileMode.CreateNew, permissions: permissions);
        try
        {
            using (FileStream stream = File.Open(target.MemoryPath, FileMode.Open, FileAccess.Write))
            {
                Group(() => CopyPages(stream, progress), GroupIntent.Read);
                stream.Flush(flushToDisk: true);
            }

            TableReport report = BringCopyInOrder(copy);
            Convert(target, locking);
            return report;
        }
        catch
        {
            default(CleanUp).Step(() => SharedMemoryObject.Unlink(target)); // The error at hand tells more.
            throw;
        }
    }

    private void CopyPages(FileStream stream, IProgress<double>? progress)
    {
        MappedPages pages = Storage.Pages;
        int total = Storage.OpenDescriptor().TotalPages;
        int firstHashPage = Layout.FirstHashPage(pages.WordsPerPage);
        stream.Write(MemoryMarshal.AsBytes<int>(HeadOfCopy(pages, firstHashPage)));
        int pagesPerStep = Math.Max(1, CopiedBytesPerStep / PageSize);
        for (int page = firstHashPage, count; page < total; page += count)
        {
            count = Math.Min(pagesPerStep, total - page);
            stream.Write(MemoryMarshal.AsBytes(pages.Words(page, count * pages.WordsPerPage)));
            progress?.Report((double)(page + count) / total);
        }
    }

    /// <summary>Master page and descriptor, as those of a record-locked table, which has no sidecar.</summary>
    private static int[] HeadOfCopy(MappedPages pages, int pageCount)
    {
        int[] words = pages.Words(Layout.MasterPage, pageCount * pages.WordsPerPage).ToArray();
        var master = new MasterView(words);
        master.TableId = 0;
        master.Writing = 0;
        master.Generation = 0;
        master.Stamp = 0;
        master.Locking = LockingMark.WordOf(LockingMethod.Record);
        new DescriptorView(words.AsSpan(pages.WordsPerPage)).WriteMagic(DescriptorView.Magic);
        return words;
    }

    /// <summary>Repairs what a check finds of what the next process to write would repair in the table, too.</summary>
    private TableReport BringCopyInOrder(SharedMemoryObject copy)
    {
        using ShmTable table = Manage(copy, new ShmTableOptions { PageSize = PageSize, Locking = LockingMethod.Record });
        TableReport report = table.Check();
        if (!report.IsConsistent)
        {
            table.Group(() => table.Table.Recoverer.Recover(RecoveryReason.Repair));
            report = table.Check();
        }

        return report.Violations is [{ } damage, ..]
            ? throw new CorruptFileException(report.Name, damage.Page, damage.Word, damage.Problem)
            : report;
    }
}

using System.Runtime.InteropServices;
using Netshm.Tool.CommandLine;

namespace Netshm.Tool.Tables;

/// <summary>Copies a table page by page under its lock into a file of its own.</summary>
internal static class PageCopy
{
    private const int BytesPerStep = 1 << 20;

    /// <summary>Copies the table as of one instant.</summary>
    /// <returns>How many pages were copied.</returns>
    public static int Write(Invocation invocation, ShmTable table, SharedMemoryObject memory, SharedMemoryName target)
    {
        using var stream = new FileStream(target.MemoryPath, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = memory.Memory.Status.Permissions,
        });
        int pages = table.Group(() => Write(invocation, table.Storage, stream), GroupIntent.Read);
        stream.Flush(flushToDisk: true);
        return pages;
    }

    private static int Write(Invocation invocation, TableStorage storage, FileStream stream)
    {
        MappedPages pages = storage.Pages;
        int total = storage.OpenDescriptor().TotalPages;
        int firstHashPage = Layout.FirstHashPage(pages.WordsPerPage);
        stream.Write(MemoryMarshal.AsBytes<int>(HeadOf(pages, firstHashPage)));
        int pagesPerStep = Math.Max(1, BytesPerStep / sizeof(int) / pages.WordsPerPage);
        ProgressBar.Show(invocation, "copying", total, step =>
        {
            for (int page = firstHashPage, count; page < total; page += count)
            {
                count = Math.Min(pagesPerStep, total - page);
                stream.Write(MemoryMarshal.AsBytes(pages.Words(page, count * pages.WordsPerPage)));
                step(count);
            }
        });
        return total;
    }

    /// <summary>Master page and descriptor, as those of a record-locked table, which has no sidecar.</summary>
    private static int[] HeadOf(MappedPages pages, int pageCount)
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
}

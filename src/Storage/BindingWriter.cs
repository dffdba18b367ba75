namespace Netshm.Storage;

/// <summary>Writes the pages of a binding.</summary>
internal sealed class BindingWriter(MappedPages pages, FreeList freeList)
{
    /// <summary>Puts a value into pages that nothing points to yet.</summary>
    /// <returns>The first of the pages.</returns>
    /// <exception cref="OutOfSpaceException">There is no room; the table is as before.</exception>
    public int Write(DescriptorView descriptor, int key, ReadOnlySpan<int> value, int olderBinding) =>
        value.Length <= pages.WordsPerPage - Layout.ContentHeaderInWords
            ? WriteWhole(descriptor, key, value, olderBinding)
            : WriteInParts(descriptor, key, value, olderBinding);

    /// <summary>The usual case.</summary>
    private int WriteWhole(DescriptorView descriptor, int key, ReadOnlySpan<int> value, int olderBinding)
    {
        int page = freeList.TakeOne(descriptor);
        var only = new ContentView(pages.Page(page));
        only.PutValue(value);
        only.PutHead(key, olderBinding);
        return page;
    }

    private int WriteInParts(DescriptorView descriptor, int key, ReadOnlySpan<int> value, int olderBinding)
    {
        PageRun run = freeList.Take(descriptor, Layout.ContentPages(value.Length, pages.WordsPerPage));
        int firstPage = run.Next();
        var first = new ContentView(pages.Page(firstPage));
        first.Initialise(key, olderBinding, value.Length);
        ReadOnlySpan<int> rest = CopyInto(first.Content, value);
        int page = run.Next();
        first.NextPage = page;
        for (int sequence = 1; ; sequence++)
        {
            var followUp = new FollowUpView(pages.Page(page));
            followUp.Initialise(key, sequence);
            rest = CopyInto(followUp.Content, rest);
            if (rest.IsEmpty)
                return firstPage;
            followUp.NextPage = page = run.Next();
        }
    }

    private static ReadOnlySpan<int> CopyInto(Span<int> content, ReadOnlySpan<int> words)
    {
        int count = Math.Min(content.Length, words.Length);
        Seam.Reached(SeamKind.Store);
        words[..count].CopyTo(content);
        return words[count..];
    }
}

namespace Netshm.Interop;

/// <content>Pages of the file that the table may not count, or that another process has just added.</content>
internal sealed partial class MappedPages
{
    /// <summary>The words of a page that was asked for by number: it may be one that another process has just added.</summary>
    /// <exception cref="CorruptFileException">The file has no such page.</exception>
    public Span<int> PageOfFile(int page)
    {
        if ((uint)page >= (uint)_mappedPages)
            MapWhatIsThere();
        return Page(page);
    }

    /// <summary>Makes all whole pages accessible that the file has by now.</summary>
    /// <inheritdoc cref="EnsureMapped" path="/exception"/>
    public void MapWhatIsThere() =>
        EnsureMapped((int)Math.Min(_file.Status.LengthInBytes / PageBytes, int.MaxValue));
}

namespace Netshm;

/// <content>Raw words, for <see cref="TableMemory"/>; whatever state the table is in.</content>
public sealed partial class ShmTable
{
    internal int ReadRaw(int page, int word)
    {
        using ReadTransaction reading = _access.BeginReadAsItIs();
        return Storage.Pages.PageOfFile(page)[word];
    }

    internal int CountRawPages()
    {
        using ReadTransaction reading = _access.BeginReadAsItIs();
        Storage.Pages.MapWhatIsThere();
        return Storage.Pages.MappedPageCount;
    }

    internal void WriteRaw(int page, int word, int value)
    {
        using WriteScope writing = _access.BeginWriteAsItIs();
        Storage.Pages.PageOfFile(page)[word] = value;
    }
}

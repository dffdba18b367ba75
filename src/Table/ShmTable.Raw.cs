namespace Netshm;

/// <content>Raw words, for <see cref="TableMemory"/>; whatever state the table is in.</content>
public sealed partial class ShmTable
{
    internal int ReadRaw(int page, int word)
    {
        using var access = new Access(Lock, EnterGuarded());
        return Engine.Pages.PageOfFile(page)[word];
    }

    internal int CountRawPages()
    {
        using var access = new Access(Lock, EnterGuarded());
        Engine.Pages.MapWhatIsThere();
        return Engine.Pages.MappedPageCount;
    }

    internal void WriteRaw(int page, int word, int value)
    {
        ThrowIfReadOnly();
        using var access = new Access(Lock, Lock.EnterWrite(NewDeadline));
        ThrowIfDisposed();
        ThrowIfFenced();
        Engine.Pages.PageOfFile(page)[word] = value;
    }
}

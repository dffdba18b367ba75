namespace Netshm.Storage;

/// <summary>The words by which readers without a lock find out whether a writer came in between.</summary>
/// <remarks>
/// A word is odd while what it stands for is being modified, and two higher than before afterwards. Only the one writer
/// stores. docs/Protocol.md, "Reading without a lock".
/// </remarks>
internal sealed class ReadSequences(MappedBlock block, int offsetInBytes)
{
    private readonly int _offset = offsetInBytes;
    private readonly SharedLongs _words = new SharedLongs(block, offsetInBytes, SidecarLayout.SequenceCount);
    private readonly int[] _open = new int[SidecarLayout.SequenceCount];
    private int _openCount;

    /// <summary>Where keys lie: odd while cells move.</summary>
    public long Structure
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _words.First;
    }

    /// <summary>The words themselves, for readers that can't afford the way through this object.</summary>
    public SharedLongs Words => _words;

    /// <summary>One of the words that <see cref="IndexOf"/> tells.</summary>
    public long this[int index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _words[index];
    }

    /// <summary>Which word stands for the bindings of a key, and of those that share it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int IndexOf(int key)
    {
        const uint goldenRatio = 0x9E37_79B9;
        return SidecarLayout.FirstStripeIndex + (int)(unchecked((uint)key * goldenRatio) >> (32 - SidecarLayout.StripeBits));
    }

    /// <summary>Whether the writer of this process has words open.</summary>
    public bool HasOpen => _openCount > 0;

    /// <summary>To be called by the writer before its first store for a key.</summary>
    public void OpenKey(int key) => Open(IndexOf(key));

    /// <summary>To be called by the writer before it moves cells.</summary>
    public void OpenStructure() => Open(SidecarLayout.StructureIndex);

    /// <summary>
    /// To be called when everything since the words were opened may be seen. Dying before leaves words odd, so that
    /// readers come to the lock and recovery is made.
    /// </summary>
    public void CloseAll()
    {
        while (_openCount > 0)
            Advance(_open[--_openCount]);
    }

    /// <summary>To be called instead of <see cref="CloseAll"/> when the words stay odd until somebody recovers.</summary>
    public void LeaveOpen() => _openCount = 0;

    /// <summary>Closes what a dead writer left open.</summary>
    public void Settle()
    {
        _openCount = 0;
        for (int index = 0; index < SidecarLayout.SequenceCount; index++)
        {
            if (IsOpen(index))
                Advance(index);
        }
    }

    /// <summary>
    /// How often keys were written, for watching: operations, where those on one word within a group count once.
    /// </summary>
    public long CountWrites()
    {
        long writes = 0;
        for (int index = SidecarLayout.FirstStripeIndex; index < SidecarLayout.SequenceCount; index++)
            writes += _words[index] / 2;
        return writes;
    }

    /// <summary>
    /// Lets go of the block the words are in: from one moment on, readers without a lock find them odd, and so none of them
    /// takes for true what it reads of pages that are let go afterwards.
    /// </summary>
    /// <returns>False when the block stays as it is until nobody refers to it; so must the pages then.</returns>
    public bool TryRetire() => block.TryRetire(_offset, SidecarLayout.SequenceCount);

    private bool IsOpen(int index) => (_words[index] & 1) != 0;

    private void Open(int index)
    {
        if (IsOpen(index))
            return;
        _open[_openCount++] = index;
        Advance(index);

        // The data's stores must not be seen before this one.
        Volatile.WriteBarrier();
    }

    private void Advance(int index) => _words.Add(index, 1);
}

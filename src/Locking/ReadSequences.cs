using System.Runtime.CompilerServices;

namespace Netshm;

/// <summary>The words by which readers without a lock find out whether a writer came in between.</summary>
/// <remarks>
/// A word is odd while what it stands for is being modified, and two higher than before afterwards. Only the one writer
/// stores. docs/Locking.md, "Reading without a lock".
/// </remarks>
internal sealed class ReadSequences
{
    private const int StripeBits = 10;
    private const int StripeCount = 1 << StripeBits;

    /// <summary>The structure's word has a cache line of its own, since every reader reads it.</summary>
    private const int StripesOffset = 64;

    /// <summary>How much memory the words take.</summary>
    public const int LengthInBytes = StripesOffset + (StripeCount * sizeof(long));

    private readonly MappedBlock _block;
    private readonly int _offset;
    private readonly int[] _open = new int[StripeCount + 1];
    private int _openCount;

    public ReadSequences(MappedBlock block, int offsetInBytes)
    {
        _block = block;
        _offset = offsetInBytes;
    }

    /// <summary>Where keys lie: odd while cells move.</summary>
    public long Structure
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Volatile.Read(ref _block.At<long>(_offset));
    }

    /// <summary>The bindings of a key, and of those that share its word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long OfKey(int key) => Volatile.Read(ref _block.At<long>(StripeOf(key)));

    /// <summary>To be called by the writer before its first store for a key.</summary>
    public void OpenKey(int key) => Open(StripeOf(key));

    /// <summary>To be called by the writer before it moves cells.</summary>
    public void OpenStructure() => Open(_offset);

    /// <summary>
    /// To be called when everything since the words were opened may be seen. Dying before leaves words odd, so that
    /// readers come to the lock and recovery is made.
    /// </summary>
    public void CloseAll()
    {
        while (_openCount > 0)
            Advance(_open[--_openCount]);
    }

    /// <summary>Closes what a dead writer left open.</summary>
    public void Settle()
    {
        _openCount = 0;
        CloseIfOpen(_offset);
        for (int stripe = 0; stripe < StripeCount; stripe++)
            CloseIfOpen(_offset + StripesOffset + (stripe * sizeof(long)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int StripeOf(int key)
    {
        const uint goldenRatio = 0x9E37_79B9;
        uint stripe = unchecked((uint)key * goldenRatio) >> (32 - StripeBits);
        return _offset + StripesOffset + (int)(stripe * sizeof(long));
    }

    private void Open(int offset)
    {
        ref long word = ref _block.At<long>(offset);
        if ((word & 1) != 0)
            return;
        _open[_openCount++] = offset;
        Volatile.Write(ref word, word + 1);

        // The data's stores must not be seen before this one.
        Volatile.WriteBarrier();
    }

    private void Advance(int offset)
    {
        ref long word = ref _block.At<long>(offset);
        Volatile.Write(ref word, word + 1);
    }

    private void CloseIfOpen(int offset)
    {
        if ((_block.At<long>(offset) & 1) != 0)
            Advance(offset);
    }
}

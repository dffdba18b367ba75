using System.Buffers;

namespace Netshm.Typed;

/// <summary>
/// Tells for one binding of a raw key after the other, as its fragments come in, whether it is one of the user's key.
/// </summary>
internal sealed class BindingMatcher<TKey, TValue>(BindingCodec<TKey, TValue> codec, TKey key, int rawKey)
{
    private readonly ArrayBufferWriter<int> _words = new();
    private bool? _isMatch;

    /// <summary>The current binding so far.</summary>
    public ReadOnlySpan<int> Words => _words.WrittenSpan;

    /// <summary>Takes the next fragment, or the end. Null when the fragments so far don't tell.</summary>
    public bool? Append(ReadOnlySpan<int> fragment, bool isEnd)
    {
        _words.Write(fragment);
        _isMatch ??= codec.IsOf(key, rawKey, Words, isComplete: isEnd);
        return _isMatch;
    }

    /// <summary>Leaves the current binding.</summary>
    public void NextBinding()
    {
        _words.ResetWrittenCount();
        _isMatch = null;
    }
}

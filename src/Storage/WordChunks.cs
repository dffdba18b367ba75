using System.Buffers;

namespace Netshm.Storage;

/// <summary>Fills the spans of a buffer writer one after the other, with few calls of it.</summary>
internal ref struct WordChunks(IBufferWriter<int> writer)
{
    private const int UsualLengthInWords = 1024;

    private readonly IBufferWriter<int> _writer = writer;
    private Span<int> _rest;
    private int _written;

    /// <summary>Where the next words go: room for so many at least.</summary>
    public Span<int> Room(int lengthInWords)
    {
        if (_rest.Length < lengthInWords)
        {
            Flush();
            _rest = _writer.GetSpan(Math.Max(lengthInWords, UsualLengthInWords));
        }

        return _rest;
    }

    /// <summary>Says that so many words of the room were used.</summary>
    public void Take(int lengthInWords)
    {
        _rest = _rest[lengthInWords..];
        _written += lengthInWords;
    }

    /// <summary>Hands everything to the writer.</summary>
    public void Flush()
    {
        _writer.Advance(_written);
        _written = 0;
        _rest = default;
    }
}

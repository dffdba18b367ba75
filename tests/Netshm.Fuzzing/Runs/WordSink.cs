using System.Buffers;

namespace Netshm.Fuzzing.Runs;

/// <summary>Takes words and forgets them; its memory is allocated before the operation that is measured.</summary>
internal sealed class WordSink : IBufferWriter<int>
{
    private const int MinLengthInWords = 1024;
    private int[] _words = new int[MinLengthInWords];

    /// <summary>Makes room for all values of a file.</summary>
    public void Reserve(long lengthInWords)
    {
        if (_words.Length < lengthInWords)
            _words = new int[lengthInWords];
    }

    public void Advance(int count)
    {
    }

    public Memory<int> GetMemory(int sizeHint = 0) => sizeHint <= _words.Length
        ? _words
        : throw new FuzzFailureException($"{sizeHint} words are wanted for a value; the file has {_words.Length} at most");

    public Span<int> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
}

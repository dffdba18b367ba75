namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// The contents of a table as a stream of words, cut into pieces wherever they are full: for each binding its key, its
/// length in words and its words; those of one key come oldest first.
/// </summary>
internal static class BindingStream
{
    private const int HeadLengthInWords = 2;

    /// <summary>Reads a table that nobody modifies, piece by piece as they are taken.</summary>
    public static IEnumerable<int[]> Read(ShmTable table, int chunkLengthInWords)
    {
        List<int> keys = [];
        table.IterateKeys(keys.Add);
        int[] chunk = new int[chunkLengthInWords];
        int filled = 0;
        foreach (int[] part in keys.SelectMany(key => PartsOf(table, key)))
        {
            for (int taken = 0; taken < part.Length;)
            {
                int length = Math.Min(part.Length - taken, chunk.Length - filled);
                Array.Copy(part, taken, chunk, filled, length);
                taken += length;
                filled += length;
                if (filled < chunk.Length)
                    continue;
                yield return chunk;
                chunk = new int[chunkLengthInWords];
                filled = 0;
            }
        }

        if (filled > 0)
            yield return chunk[..filled];
    }

    private static IEnumerable<int[]> PartsOf(ShmTable table, int key)
    {
        foreach (int[] value in table.FindAll(key).Reverse())
        {
            yield return [key, value.Length];
            yield return value;
        }
    }

    /// <summary>Puts the bindings of a stream into a table.</summary>
    internal sealed class Writer(ShmTable table)
    {
        private readonly int[] _head = new int[HeadLengthInWords];
        private int[]? _value;
        private int _filled;

        /// <summary>How many bindings were written.</summary>
        public int Bindings { get; private set; }

        /// <summary>Whether the stream has ended behind a binding.</summary>
        public bool IsBetweenBindings => _value is null && _filled == 0;

        /// <summary>Takes the next piece.</summary>
        /// <exception cref="FormatException">The words are no stream of bindings.</exception>
        public void Write(Sequence<int> piece) => table.Group(() =>
        {
            for (ReadOnlySpan<int> words = piece.Span; words.Length > 0;)
                words = words[Take(words)..];
        });

        /// <summary>Takes words of one head or one value, and tells how many.</summary>
        private int Take(ReadOnlySpan<int> words)
        {
            int[] wanted = _value ?? _head;
            int length = Math.Min(words.Length, wanted.Length - _filled);
            words[..length].CopyTo(wanted.AsSpan(_filled));
            _filled += length;
            if (_filled < wanted.Length)
                return length;
            _filled = 0;
            if (_value is null)
                _value = _head[1] >= 0 ? new int[_head[1]] : throw new FormatException("a binding of negative length");
            if (_value.Length > 0 && ReferenceEquals(wanted, _head))
                return length;
            table.Add(_head[0], _value);
            Bindings++;
            _value = null;
            return length;
        }
    }
}

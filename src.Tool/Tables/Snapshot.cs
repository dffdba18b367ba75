using System.Runtime.InteropServices;

namespace Netshm.Tool.Tables;

/// <summary>
/// All bindings of a table as of one instant. They are copied word for word into a temporary file under one lock: nobody
/// waits for the lock while they are worked on or printed, and they take no memory.
/// </summary>
internal sealed class Snapshot : IDisposable
{
    private readonly FileStream _file = SpoolFile.Open();

    private Snapshot()
    {
    }

    /// <summary>How many bindings there are.</summary>
    public int Bindings { get; private set; }

    /// <summary>How many raw keys they have.</summary>
    public int Keys { get; private set; }

    /// <summary>Copies the bindings of a table.</summary>
    /// <exception cref="IOException">There is no room for temporary files.</exception>
    public static Snapshot Of(ShmTable table)
    {
        var snapshot = new Snapshot();
        try
        {
            int? previous = null;
            table.Iterate((key, words) =>
            {
                snapshot.Keys += key == previous ? 0 : 1;
                previous = key;
                snapshot.Append(key, words);
            });
            return snapshot;
        }
        catch
        {
            snapshot.Dispose();
            throw;
        }
    }

    /// <summary>The bindings of one raw key after the other, the newest of a key first.</summary>
    public IEnumerable<IReadOnlyList<RawBinding>> ByKey()
    {
        _file.Position = 0;
        var sameKey = new List<RawBinding>();
        for (int left = Bindings; left > 0; left--)
        {
            RawBinding binding = Read();
            if (sameKey.Count > 0 && sameKey[0].RawKey != binding.RawKey)
            {
                yield return sameKey;
                sameKey = [];
            }

            sameKey.Add(binding);
        }

        if (sameKey.Count > 0)
            yield return sameKey;
    }

    /// <summary>
    /// The bindings, those of one raw key together and the oldest first, as they have to be added to another table.
    /// </summary>
    public IEnumerable<RawBinding> OldestFirst() => ByKey().SelectMany(sameKey => sameKey.Reverse());

    /// <summary>Gives the room of the copy back.</summary>
    public void Dispose() => _file.Dispose();

    private void Append(int key, ReadOnlySpan<int> words)
    {
        Bindings++;
        _file.Write(MemoryMarshal.AsBytes<int>([key, words.Length]));
        _file.Write(MemoryMarshal.AsBytes(words));
    }

    private RawBinding Read()
    {
        Span<int> head = stackalloc int[2];
        _file.ReadExactly(MemoryMarshal.AsBytes(head));
        int[] words = GC.AllocateUninitializedArray<int>(head[1]);
        _file.ReadExactly(MemoryMarshal.AsBytes(words.AsSpan()));
        return new RawBinding(head[0], words);
    }
}

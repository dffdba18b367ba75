using System.Buffers.Binary;
using System.Numerics;

namespace Netshm;

/// <summary>
/// Computes what OCaml's <c>Hashtbl.hash</c> computes (<c>caml_hash</c> with count 10, limit 100 and seed 0, since
/// OCaml 4.00), from a description of the OCaml value.
/// </summary>
/// <remarks>
/// OCaml mixes the nodes of the value breadth-first, with MurmurHash3's 32-bit mixing function. Here, the value is
/// described depth-first, once for each level, and each pass mixes the nodes of its own level: the order is the same,
/// and neither a queue nor boxing is needed.
/// </remarks>
public ref struct OcamlHasher
{
    private const int MaxLeaves = 10;
    private const int MaxNodes = 100;
    private const int MaxHashedArrayLength = 64;
    private const int HeaderSizeShift = 10;
    private const uint ResultMask = 0x3FFF_FFFF;

    private uint _hash;
    private int _level;
    private int _depth;
    private int _leavesLeft = MaxLeaves;
    private int _nodesLeft = MaxNodes;
    private bool _hasDeeperLevel;

    private OcamlHasher(int level) => _level = level;

    /// <summary>The hash of the value as its manager describes it, 0 to 2^30 - 1.</summary>
    /// <exception cref="InvalidOperationException">The manager begins and ends blocks unevenly.</exception>
    public static int Hash<T>(DataManager<T> manager, T value)
    {
        ArgumentNullException.ThrowIfNull(manager);
        var hasher = new OcamlHasher(level: 0);
        do
        {
            hasher._hasDeeperLevel = false;
            manager.AddToHash(value, ref hasher);
            if (hasher._depth != 0)
                throw new InvalidOperationException($"{manager.GetType()} begins and ends blocks unevenly");
            hasher._level++;
        }
        while (hasher._hasDeeperLevel);
        return hasher.Finish();
    }

    /// <summary>Adds an immediate value: an <c>int</c>, or a constant constructor by its number.</summary>
    public void AddImmediate(long value)
    {
        if (!VisitsLeaf())
            return;
        long tagged = (value << 1) | 1;
        _hash = Mix(_hash, FoldInt64(tagged));
    }

    /// <summary>Adds an <c>int32</c>.</summary>
    public void AddInt32(int value)
    {
        if (VisitsLeaf())
            _hash = Mix(_hash, (uint)value);
    }

    /// <summary>Adds an <c>int64</c>.</summary>
    public void AddInt64(long value)
    {
        if (VisitsLeaf())
            _hash = Mix(_hash, (uint)(value >> 32) ^ (uint)value);
    }

    /// <summary>Adds a <c>nativeint</c> of 64 bits.</summary>
    public void AddNativeInt(nint value)
    {
        if (VisitsLeaf())
            _hash = Mix(_hash, FoldInt64(value));
    }

    /// <summary>Adds a <c>string</c> or <c>bytes</c>.</summary>
    public void AddBytes(scoped ReadOnlySpan<byte> bytes)
    {
        if (!VisitsLeaf())
            return;
        uint hash = _hash;
        ReadOnlySpan<byte> rest = bytes;
        for (; rest.Length >= sizeof(uint); rest = rest[sizeof(uint)..])
            hash = Mix(hash, BinaryPrimitives.ReadUInt32LittleEndian(rest));
        if (!rest.IsEmpty)
        {
            uint tail = 0;
            for (int i = rest.Length - 1; i >= 0; i--)
                tail = (tail << 8) | rest[i];
            hash = Mix(hash, tail);
        }

        _hash = hash ^ (uint)bytes.Length;
    }

    /// <summary>Adds a one-dimensional Bigarray of <c>int32</c>, of which OCaml hashes the first 64 elements.</summary>
    public void AddInt32Array(scoped ReadOnlySpan<int> elements)
    {
        if (!VisitsLeaf())
            return;
        uint arrayHash = 0;
        foreach (int element in elements[..Math.Min(elements.Length, MaxHashedArrayLength)])
            arrayHash = Mix(arrayHash, (uint)element);
        _hash = Mix(_hash, arrayHash);
    }

    /// <summary>
    /// Begins a block: a tuple or record (tag 0), or a constructor with arguments (its number). Its fields are added
    /// next, then <see cref="EndBlock"/> follows.
    /// </summary>
    /// <param name="size">The number of fields, at least 1.</param>
    /// <param name="tag">The block's tag.</param>
    public void BeginBlock(int size, int tag = 0)
    {
        if (Visits())
        {
            _hash = Mix(_hash, ((uint)size << HeaderSizeShift) | (uint)tag);
            _hasDeeperLevel = true;
        }

        _depth++;
    }

    /// <summary>Ends the innermost block.</summary>
    public void EndBlock() => _depth--;

    private static uint FoldInt64(long value) => (uint)(value >> 32) ^ (uint)(value >> 63) ^ (uint)value;

    private static uint Mix(uint hash, uint word)
    {
        word *= 0xCC9E_2D51;
        word = BitOperations.RotateLeft(word, 15);
        word *= 0x1B87_3593;
        hash = BitOperations.RotateLeft(hash ^ word, 13);
        return (hash * 5) + 0xE654_6B64;
    }

    private bool VisitsLeaf()
    {
        if (!Visits())
            return false;
        _leavesLeft--;
        return true;
    }

    /// <summary>Whether the next node is on this pass's level, and not beyond OCaml's limits.</summary>
    private bool Visits() => _depth == _level && _leavesLeft > 0 && _nodesLeft-- > 0;

    private readonly int Finish()
    {
        uint hash = _hash;
        hash = (hash ^ (hash >> 16)) * 0x85EB_CA6B;
        hash = (hash ^ (hash >> 13)) * 0xC2B2_AE35;
        return (int)((hash ^ (hash >> 16)) & ResultMask);
    }
}

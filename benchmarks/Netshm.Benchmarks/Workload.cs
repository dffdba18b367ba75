namespace Netshm.Benchmarks;

/// <summary>
/// The keys, values and order of visits that all systems get: pseudo-random distinct keys, values of 8 words, visits
/// in pseudo-random order. The peers compute the same numbers.
/// </summary>
internal sealed class Workload
{
    /// <summary>The length of each value, in words.</summary>
    public const int ValueLength = 8;

    /// <summary>Computes the numbers beforehand, so that they cost nothing while the time runs.</summary>
    public Workload(int bindingCount)
    {
        uint count = (uint)bindingCount;
        Keys = [.. Enumerable.Range(0, bindingCount).Select(index => (int)Mix((uint)index))];
        Values = [.. Enumerable.Range(0, bindingCount).Select(index => Enumerable.Range(index, ValueLength).ToArray())];
        Visited = [.. Enumerable.Range(0, bindingCount).Select(turn => (int)(Mix((uint)turn + count) % count))];
    }

    /// <summary>The distinct keys, in the order in which they are added.</summary>
    public int[] Keys { get; }

    /// <summary>The value of each key.</summary>
    public int[][] Values { get; }

    /// <summary>The index of the key that is found, or replaced, in each turn.</summary>
    public int[] Visited { get; }

    /// <summary>MurmurHash3's final mixer: a bijection of the 32-bit numbers.</summary>
    private static uint Mix(uint n)
    {
        n = unchecked((n ^ (n >> 16)) * 0x85ebca6b);
        n = unchecked((n ^ (n >> 13)) * 0xc2b2ae35);
        return n ^ (n >> 16);
    }
}

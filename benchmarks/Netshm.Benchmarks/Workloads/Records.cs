namespace Netshm.Benchmarks.Workloads;

/// <summary>
/// The keys and values that all peers get. Key number i is MurmurHash3's final mixer of i, a bijection of the 32-bit
/// numbers, so that keys are distinct and look random; <c>peers/</c> computes the same.
/// </summary>
/// <remarks>
/// The first and the middle word of a value are its key; the last one counts read-modify-writes; the others tell their
/// position. So writing a value costs no more than two stores beside the copying, and one that came from elsewhere is
/// noticed.
/// </remarks>
internal static class Records
{
    /// <summary>The key of a record.</summary>
    public static int Key(int index)
    {
        uint n = (uint)index;
        n = unchecked((n ^ (n >> 16)) * 0x85ebca6b);
        n = unchecked((n ^ (n >> 13)) * 0xc2b2ae35);
        return (int)(n ^ (n >> 16));
    }

    /// <summary>A value whose words tell their position, for <see cref="Stamp"/>.</summary>
    public static int[] Template(int lengthInWords) =>
        [.. Enumerable.Range(0, lengthInWords).Select(position => unchecked(position * (int)0x9e3779b1))];

    /// <summary>Makes the template the value of a key.</summary>
    public static void Stamp(Span<int> value, int key)
    {
        value[value.Length / 2] = key;
        value[0] = key;
    }

    /// <summary>Whether a value is that of the key, whatever its count of modifications.</summary>
    public static bool IsValueOf(int key, ReadOnlySpan<int> value, Span<int> template)
    {
        Stamp(template, key);
        if (value.Length != template.Length)
            return false;
        int countedWords = value.Length > 2 ? 1 : 0;
        return value[..^countedWords].SequenceEqual(template[..^countedWords]);
    }

    /// <summary>Modifies a value as a read-modify-write does.</summary>
    public static void Modify(Span<int> value)
    {
        if (value.Length > 2)
            value[^1]++;
    }
}

using System.Globalization;

namespace Netshm.Worker;

/// <summary>Values whose words all derive from a key and a version, so that one that was torn shows.</summary>
/// <remarks>The first word is the version. Most values are in one page; some take several.</remarks>
public static class StampedValue
{
    /// <summary>The longest value, in words.</summary>
    public const int LongestInWords = 600;

    private const int FirstLongInWords = 100;
    private const int LongestShortInWords = 40;

    /// <summary>The value of a version of a key.</summary>
    public static int[] Make(int key, int version)
    {
        int[] words = new int[LengthInWords(key, version)];
        words[0] = version;
        for (int i = 1; i < words.Length; i++)
            words[i] = Word(key, version, i);
        return words;
    }

    /// <summary>The version of a value.</summary>
    /// <exception cref="InvalidOperationException">The value is not one that was ever written for the key.</exception>
    public static int VersionOf(int key, ReadOnlySpan<int> value)
    {
        if (value.IsEmpty)
            throw new InvalidOperationException(Invariant($"key {key}: torn value: it has no words"));
        int version = value[0];
        int length = LengthInWords(key, version);
        if (value.Length != length)
        {
            throw new InvalidOperationException(
                Invariant($"key {key}: torn value: {value.Length} words of version {version}, which has {length}"));
        }

        for (int i = 1; i < length; i++)
        {
            if (value[i] != Word(key, version, i))
            {
                throw new InvalidOperationException(
                    Invariant($"key {key}: torn value: word {i} of {length} is not of version {version}"));
            }
        }

        return version;
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static int LengthInWords(int key, int version)
    {
        int mixed = Word(key, version, 0) & int.MaxValue;
        return mixed % 8 == 0
            ? FirstLongInWords + (mixed / 8 % (LongestInWords - FirstLongInWords))
            : 1 + (mixed / 8 % LongestShortInWords);
    }

    private static int Word(int key, int version, int index)
    {
        unchecked
        {
            uint mixed = ((uint)key * 0x9E37_79B9) ^ ((uint)version * 0x85EB_CA6B) ^ ((uint)index * 0xC2B2_AE35);
            mixed ^= mixed >> 15;
            mixed *= 0x2C1B_3C6D;
            return (int)(mixed ^ (mixed >> 13));
        }
    }
}

using System.Numerics;

namespace Sessions;

/// <summary>
/// The buckets that latencies are counted in: sixteen for each power of two of nanoseconds, so that a bucket tells a latency
/// to 3 %.
/// </summary>
internal static class Latencies
{
    private const int BitsPerPower = 4;
    private const long Longest = (1L << 36) - 1; // More than a minute.

    /// <summary>How many buckets there are.</summary>
    public static int Buckets { get; } = BucketOf(Longest) + 1;

    /// <summary>The bucket of a latency.</summary>
    public static int BucketOf(long nanoseconds)
    {
        nanoseconds = Math.Clamp(nanoseconds, 0, Longest);
        int shift = Math.Max(0, BitOperations.Log2((ulong)nanoseconds) - BitsPerPower);
        return (shift << BitsPerPower) + (int)(nanoseconds >> shift);
    }

    /// <summary>The latency in nanoseconds that half of the counted ones do not exceed; 0 if none is counted.</summary>
    public static double Median(IReadOnlyList<long> counts)
    {
        long left = (counts.Sum() + 1) / 2;
        int bucket = 0;
        while (bucket < counts.Count - 1 && (left -= counts[bucket]) > 0)
            bucket++;
        return MiddleOf(bucket);
    }

    private static double MiddleOf(int bucket)
    {
        int shift = Math.Max(0, (bucket >> BitsPerPower) - 1);
        long lowest = (long)(bucket - (shift << BitsPerPower)) << shift;
        return lowest + ((1L << shift) - 1) / 2.0;
    }
}

namespace Netshm.Benchmarks.Workloads;

/// <summary>Marsaglia's xorshift64*: a small documented generator, so that a seed gives the same traces everywhere.</summary>
internal sealed class Xorshift(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A number from 0 on and below a limit.</summary>
    public int Below(int limit) => (int)(NextUnit() * limit);

    /// <summary>A number from 0 on and below 1.</summary>
    public double NextUnit()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return (unchecked(_state * 0x2545f4914f6cdd1d) >> 11) * (1.0 / (1L << 53));
    }
}

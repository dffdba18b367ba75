namespace Netshm.Benchmarks.Workloads;

/// <summary>Chooses which of the records an operation is about.</summary>
internal abstract class KeyDistribution
{
    /// <summary>The index of the next record, of so many.</summary>
    public abstract int Next(Xorshift random);

    /// <summary>Every record as often as every other.</summary>
    public static KeyDistribution Uniform(int records) => new UniformKeys(records);

    /// <summary>YCSB's zipfian distribution with constant 0.99; record 0 is the most frequent one.</summary>
    /// <remarks>
    /// The algorithm is that of Gray et al., "Quickly generating billion-record synthetic databases". The frequent records
    /// need no scrambling, since neighbouring indexes have keys far apart.
    /// </remarks>
    public static KeyDistribution Zipfian(int records) => new ZipfianKeys(records);

    private sealed class UniformKeys(int records) : KeyDistribution
    {
        public override int Next(Xorshift random) => random.Below(records);
    }

    private sealed class ZipfianKeys : KeyDistribution
    {
        private const double Theta = 0.99;
        private readonly int _records;
        private readonly double _zeta;
        private readonly double _eta;

        public ZipfianKeys(int records)
        {
            _records = records;
            _zeta = Zeta(records);
            _eta = (1 - Math.Pow(2.0 / records, 1 - Theta)) / (1 - (Zeta(2) / _zeta));
        }

        public override int Next(Xorshift random)
        {
            double u = random.NextUnit();
            if (u * _zeta < 1)
                return 0;
            if (u * _zeta < 1 + Math.Pow(0.5, Theta))
                return 1;
            return (int)(_records * Math.Pow((_eta * u) - _eta + 1, 1 / (1 - Theta)));
        }

        private static double Zeta(int n) => Enumerable.Range(1, n).Sum(i => 1 / Math.Pow(i, Theta));
    }
}

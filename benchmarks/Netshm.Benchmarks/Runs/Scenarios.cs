using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Runs;

/// <summary>What peers are measured at, by section of the report.</summary>
internal static class Scenarios
{
    /// <summary>Uniformly chosen keys.</summary>
    public const string Uniform = "uniform";

    /// <summary>Keys of which few are frequent.</summary>
    public const string Zipfian = "zipfian";

    /// <summary>Operations by name.</summary>
    public const string Read = "read", ReadMany = "read 64", Replace = "replace", Add = "add", Remove = "remove",
        Modify = "modify", Transact = "transact", Iterate = "iterate", Mixed = "read 95 %, replace 5 %";

    private const int TransactionsInTrace = 4;
    private const int MeanScan = 50;

    /// <summary>Every kind of operation for itself.</summary>
    public static IReadOnlyList<Scenario> Core(string section, int bindings, int length)
    {
        KeyDistribution keys = KeyDistribution.Uniform(bindings);
        return
        [
            .. Basic(section, bindings, length),
            new(section, Add, "", Abilities.ChangeKeys, Traces.OfAdditions(bindings, length)) { WithLatencies = true },
            new(section, Remove, "", Abilities.ChangeKeys, Traces.OfRemovals(bindings, length)) { WithLatencies = true },
            new(section, Modify, Uniform, Abilities.Modify, Traces.Of(Operation.Modify, length, keys)) { WithLatencies = true },
            new(section, Transact, Uniform, Abilities.Transact, Traces.OfTransactions(length / TransactionsInTrace, keys))
            {
                WithLatencies = true,
            },
            new(section, Iterate, "", Abilities.ChangeKeys, Traces.OfIterations()) { KeysPerOperation = bindings },
        ];
    }

    /// <summary>Reading, reading in batches, replacing.</summary>
    public static IReadOnlyList<Scenario> Basic(string section, int bindings, int length)
    {
        KeyDistribution keys = KeyDistribution.Uniform(bindings);
        return
        [
            new(section, Read, Uniform, Abilities.None, Traces.Of(Operation.Read, length, keys)) { WithLatencies = true },
            new(section, ReadMany, Uniform, Abilities.None, Traces.OfBatches(length, keys))
            {
                KeysPerOperation = Traces.Batch,
                WithLatencies = true,
            },
            new(section, Replace, Uniform, Abilities.None, Traces.Of(Operation.Replace, length, keys)) { WithLatencies = true },
        ];
    }

    /// <summary>The standard mixes of YCSB, with both distributions of keys.</summary>
    public static IEnumerable<Scenario> Ycsb(string section, int bindings, int length)
    {
        KeyDistribution zipfian = KeyDistribution.Zipfian(bindings);
        foreach (char mix in "ABCDEF")
        {
            Abilities needs = mix switch
            {
                'D' or 'E' => Abilities.ChangeKeys,
                'F' => Abilities.Modify,
                _ => Abilities.None,
            };
            int operations = mix == 'E' ? length / MeanScan : length;
            foreach (bool isUniform in (bool[])[true, false])
            {
                KeyDistribution keys = isUniform ? KeyDistribution.Uniform(bindings) : zipfian;
                OperationTrace trace = Traces.OfYcsb(mix, bindings, operations, keys, latest: keys);
                yield return new Scenario(section, mix.ToString(), isUniform ? Uniform : Zipfian, needs, trace)
                {
                    WithLatencies = true,
                };
            }
        }
    }

    /// <summary>Reading, and reading with some writing, by several processes and threads.</summary>
    public static IEnumerable<Scenario> Parallel(string section, int bindings, int length)
    {
        KeyDistribution keys = KeyDistribution.Uniform(bindings);
        OperationTrace reads = Traces.Of(Operation.Read, length, keys);
        OperationTrace mixed = Traces.OfYcsb('B', bindings, length, keys, keys);
        var besideWriter = new Scenario(section, Read, Uniform, Abilities.None, reads)
        {
            Parallelism = Parallelism.BesideWriter,
            Neighbour = Traces.Of(Operation.Replace, length, keys),
        };
        return (
            from work in ((string Name, OperationTrace Trace)[])[(Read, reads), (Mixed, mixed)]
            from parallelism in (Parallelism[])[Parallelism.None, new(2, 1), new(4, 1), new(1, 2), new(1, 4)]
            select new Scenario(section, work.Name, Uniform, Abilities.None, work.Trace) { Parallelism = parallelism })
            .Append(besideWriter);
    }
}

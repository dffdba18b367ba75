using Netshm.Benchmarks.Peers;

namespace Netshm.Benchmarks.Runs;

/// <summary>How many processes and threads do a trace at the same time; one of both numbers is 1.</summary>
internal readonly record struct Parallelism(int Processes, int Threads)
{
    /// <summary>One thread of one process.</summary>
    public static Parallelism None { get; } = new(1, 1);

    /// <summary>One thread of one process, beside another process whose operations are not counted.</summary>
    public static Parallelism BesideWriter { get; } = new(1, 1) { HasNeighbour = true };

    /// <summary>Whether one more process does something else meanwhile.</summary>
    public bool HasNeighbour { get; private init; }

    /// <summary>What a peer must be able to do.</summary>
    public Abilities Needs => this switch
    {
        { Processes: > 1 } or { HasNeighbour: true } => Abilities.Processes,
        { Threads: > 1 } => Abilities.Threads,
        _ => Abilities.None,
    };

    /// <inheritdoc/>
    public override string ToString() => this switch
    {
        { HasNeighbour: true } => "1 beside a writer",
        { Processes: > 1 } => $"{Processes} processes",
        { Threads: > 1 } => $"{Threads} threads",
        _ => "1",
    };
}

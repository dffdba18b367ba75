using Netshm.Benchmarks.Peers;

namespace Netshm.Benchmarks.Runs;

/// <summary>How many processes and threads do a trace at the same time; one of both numbers is 1.</summary>
internal readonly record struct Parallelism(int Processes, int Threads)
{
    /// <summary>One thread of one process.</summary>
    public static Parallelism None { get; } = new(1, 1);

    /// <summary>What a peer must be able to do.</summary>
    public Abilities Needs => this switch
    {
        { Processes: > 1 } => Abilities.Processes,
        { Threads: > 1 } => Abilities.Threads,
        _ => Abilities.None,
    };

    /// <inheritdoc/>
    public override string ToString() => this switch
    {
        { Processes: > 1 } => $"{Processes} processes",
        { Threads: > 1 } => $"{Threads} threads",
        _ => "1",
    };
}

using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Runs;

/// <summary>Something that all peers which can do it are measured at.</summary>
/// <param name="Section">The part of the report.</param>
/// <param name="Operation">What it is called there.</param>
/// <param name="Keys">How keys are chosen.</param>
/// <param name="Needs">What a peer must be able to do.</param>
/// <param name="Trace">The operations.</param>
internal sealed record Scenario(
    string Section, string Operation, string Keys, Abilities Needs, OperationTrace Trace)
{
    /// <summary>How many keys one operation of the trace counts for.</summary>
    public int KeysPerOperation { get; init; } = 1;

    /// <summary>How many processes or threads do it at the same time.</summary>
    public Parallelism Parallelism { get; init; } = Parallelism.None;

    /// <summary>What the process does that <see cref="Parallelism.HasNeighbour"/> tells of.</summary>
    public OperationTrace? Neighbour { get; init; }

    /// <summary>Whether single operations are timed, too.</summary>
    public bool WithLatencies { get; init; }

    /// <summary>Whether a peer can do it.</summary>
    public bool IsFor(Peer peer) => peer.Can(Needs | Parallelism.Needs);
}

using Netshm.Benchmarks.Peers;

namespace Netshm.Benchmarks.Comparison;

/// <summary>One peer in two builds, each of which serves the store in processes of its own.</summary>
/// <param name="Label">What figures call both.</param>
/// <param name="Old">The peer in the old build.</param>
/// <param name="New">The peer in the new build.</param>
internal sealed record BuildPair(string Label, Peer Old, Peer New)
{
    /// <summary>Takes the peer from the benchmark programs of both builds.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="oldProgram">The path of the old <c>Netshm.Benchmarks.dll</c>.</param>
    /// <param name="newProgram">The path of the new one.</param>
    public static BuildPair Of(Peer peer, string oldProgram, string newProgram) =>
        new(peer.Label, From(peer, "old", oldProgram), From(peer, "new", newProgram));

    private static Peer From(Peer peer, string build, string program) => peer with
    {
        Name = $"{build}-{peer.Name}",
        Label = $"{peer.Label} ({build})",
        Command = () => PeerCatalog.CommandOf(program, peer.Name),
    };
}

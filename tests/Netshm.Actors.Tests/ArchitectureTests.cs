using System.Runtime.CompilerServices;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>The layers of the library; CONTRIBUTING.md tells what each is for.</summary>
public sealed class ArchitectureTests
{
    private static readonly string[] s_lowestFirst =
    [
        "Errors", "Common", "Typed", "Settings", "Groups", "Protocol", "Wire", "Requests", "Tables", "Changes", ".",
        "Cluster/Common", "Cluster/Protocol", "Cluster/Reach", "Cluster/Changes", "Cluster/Near", "Cluster/Overview", "Cluster",
        "Cluster/Sharding",
    ];

    [Fact]
    public void No_layer_uses_a_higher_one() => Assert.Equal("", string.Join('\n', LayersOf(s_lowestFirst).Violations()));

    [Fact]
    public void The_layers_upside_down_would_be_noticed() => Assert.Contains(
        "Netshm.Actors.NetshmExtension uses Netshm.Actors.Tables.TableHost",
        LayersOf([.. s_lowestFirst.Reverse()]).Violations());

    private static Layers LayersOf(string[] lowestFirst, [CallerFilePath] string thisFile = "") => new(
        typeof(NetshmExtension).Assembly,
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../src.Actors")),
        lowestFirst);
}

using System.Runtime.CompilerServices;
using Netshm.TestKit;

namespace Netshm.Tests;

/// <summary>The folders of the library are layers: docs/Architecture.md.</summary>
public class ArchitectureTests
{
    [Fact]
    public void Each_layer_uses_itself_and_lower_ones_only()
    {
        var layers = new Layers(
            typeof(ShmTable).Assembly, Path.GetFullPath("../../src", Path.GetDirectoryName(ThisFile())!),
            "Vocabulary", "Interop", "Format", "Locking", "Storage", "Recovery", "Transactions", "Opening", "Tables", "Typed",
            "Diagnostics");

        Assert.Empty(layers.Violations());
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

using Akka.Actor;
using Akka.Configuration;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>What a table with <c>cluster.expose = on</c> is handed to, where that can't be.</summary>
public sealed class ExposureTests
{
    [Theory]
    [InlineData("", "akka.actor.provider = cluster")]
    [InlineData("No.Such, Netshm.Actors", "netshm.table-exposure = No.Such, Netshm.Actors: expected the type of the provider")]
    [InlineData("Netshm.Actors.TableRef, Netshm.Actors", "expected the type of the provider")]
    [InlineData("Netshm.Actors.NetshmExtensionProvider, Netshm.Actors", "expected the type of the provider")]
    public async Task A_table_that_can_not_be_exposed_is_not_opened(string exposure, string error)
    {
        using var temp = new TempTable();
        string setting = exposure.Length == 0 ? "" : $"netshm.table-exposure = \"{exposure}\"";
        using var system = ActorSystem.Create("lonely", ConfigurationFactory.ParseString($$"""
            netshm.table.test { location = "{{temp.Name}}", cluster.expose = on }
            {{setting}}
            """));
        var e = Assert.Throws<ConfigurationException>(() => system.Netshm().OpenTable("test"));
        Assert.Contains(error, e.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(temp.Name.MemoryPath));
        await system.Terminate();
    }
}

using Akka.Configuration;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Overview;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Wire;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Reports of nodes with more tables than a message has room for.</summary>
public sealed class StatusPagesTests : Akka.TestKit.Xunit2.TestKit
{
    private const int Tables = 3000;

    public StatusPagesTests()
        : base(ConfigurationFactory.ParseString("""
            akka { loglevel = WARNING, stdout-loglevel = OFF, actor.provider = remote }
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            """).WithFallback(NetshmExtension.DefaultConfig()))
    {
    }

    private static Sequence<TableStatus> ManyTables =>
    [
        .. Enumerable.Range(0, Tables).Select(i => new TableStatus(
            $"table {i}", $"/dev/shm/ä{i}", TableHealth.Open, "", i, 4096, true, false, 0)),
    ];

    [Fact]
    public void Each_piece_of_a_report_fits_into_a_message_and_together_they_have_all_tables()
    {
        var limit = FrameLimit.Of(Sys);
        var report = new NodeReport("a", 1, "h", ManyTables, Number: 5);
        IReadOnlyList<NodeReport> pages = StatusPages.Of(report, limit);
        Assert.True(pages.Count > 1);
        Assert.All(pages, page => Assert.InRange(SizeOf(page), 1, limit.Bytes));
        Assert.All(pages, page => Assert.Equal((5, pages.Count), (page.Number, page.Pages)));
        Assert.Equal(report.Tables, pages.OrderBy(page => page.Page).SelectMany(page => page.Tables));
        Assert.Single(StatusPages.Of(report with { Tables = [] }, limit));
    }

    [Fact]
    public void Each_piece_of_the_status_fits_into_a_message_and_joined_they_are_the_status()
    {
        var limit = FrameLimit.Of(Sys);
        NodeStatus[] nodes = [new("a", "h", true, ManyTables), new("b", "h", false, []), new("c", "h", true, ManyTables)];
        IReadOnlyList<NodeStatus[]> pages = StatusPages.Of(nodes, limit);
        Assert.All(pages, page => Assert.InRange(SizeOf(new StatusPart(pages.Count, new(page))), 1, limit.Bytes));
        Assert.Equal(new ClusterStatus(new(nodes)), StatusPages.Join(pages.SelectMany(page => page)));
    }

    private long SizeOf(object message) => Sys.Serialization.FindSerializerFor(message).ToBinary(message).LongLength;
}

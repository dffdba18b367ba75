using System.Runtime.Serialization;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests.Cluster;

/// <summary><see cref="ClusterSerializer"/>: the bytes of every message, which other versions rely on.</summary>
public sealed class ClusterSerializerTests : TableSpec
{
    private static readonly TableChange s_gap = new(1, 2, ChangeKind.Gap, 0, 0, 0);
    private static readonly TableChange s_change = new(3, 3, ChangeKind.Replaced, 4, 5, 6);
    private static readonly TableStatus s_table = new("t", "l", TableHealth.Busy, "p", 1, 2, true, false, 3);

    private static readonly (object Message, string Manifest, string Bytes)[] s_golden =
    [
        (new Locate(), "Locate.1", ""),
        (new Located("h", "g", 5), "Located.1", "016801670500000000000000"),
        (new Probe(), "Probe.1", ""),
        (new Alive("g", 5), "Alive.1", "01670500000000000000"),
        (new Ask(1, new Find(2), new CallDeadline(5)),
            "Ask.1",
            "01000000000000000646696e642e310c0000000000000000000080020000000500000000000000"),
        (new Ask(1, new Replay(null, 2), CallDeadline.Never),
            "Ask.1",
            "0100000000000000085265706c61792e31050000000002000000ffffffffffffff7f"),
        (new Answer(1, new Found(2, [3]), 4, 5),
            "Answer.1",
            "010000000000000007466f756e642e310c00000002000000010000000300000004000000000000000500000000000000"),
        (new Failed(1, "e", "m", 5), "Failed.1", "01000000000000000165016d0500000000000000"),
        (new AnswerTooLarge(1, 2, 3, 5), "AnswerTooLarge.1", "0100000000000000020000000000000003000000000000000500000000000000"),
        (new Replay(1, 2), "Replay.1", "01010000000000000002000000"),
        (new Replayed("h", 1, 2, [s_gap]),
            "Replayed.1",
            "016801000000000000000200000000000000010000000100000000000000020000000000000000000000000000000000" +
                "000000"),
        (new Published(1, 3, [s_gap, s_change]),
            "Published.1",
            "010000000000000003000000000000000200000001000000000000000200000000000000000000000000000000000000" +
                "000300000000000000030000000000000002040000000500000006000000"),
        (new TableChanges("t", "h", 1, [s_change]),
            "TableChanges.1",
            "017401680100000000000000010000000300000000000000030000000000000002040000000500000006000000"),
        (new FeedFound("t", "h", 1, 2), "FeedFound.1", "0174016801000000000000000200000000000000"),
        (new FeedSilent("t"), "FeedSilent.1", "0174"),
        (new NodeReport("a", 1, "h", [s_table], 6, 7, 8),
            "NodeReport.1",
            "0161010000000168010000000174016c01017001000000020000000000000001000300000000000000" +
                "06000000000000000700000008000000"),
        (new AskStatusPart(2), "AskStatusPart.1", "02000000"),
        (new StatusPart(3, [new NodeStatus("a", "h", true, [])]), "StatusPart.1", "030000000100000001610168" + "0100000000"),
        (new ReportNow(), "ReportNow.1", ""),
        (new ClusterTables.Status(), "Status.1", ""),
        (new ClusterStatus([new NodeStatus("a", "h", true, [s_table])]),
            "ClusterStatus.1",
            "010000000161016801010000000174016c01017001000000020000000000000001000300000000000000"),
    ];

    [Fact]
    public void Every_message_is_written_as_the_bytes_it_has_always_been()
    {
        foreach ((object message, string manifest, string bytes) in s_golden)
        {
            ClusterSerializer serializer = SerializerOf(message);
            Assert.Equal(manifest, serializer.Manifest(message));
            string hex = Convert.ToHexStringLower(serializer.ToBinary(message));
            Assert.True(bytes == hex, $"{message}: {hex}");
        }
    }

    [Fact]
    public void Every_message_is_read_back_from_those_bytes()
    {
        foreach ((object message, string manifest, string bytes) in s_golden)
            Assert.Equal(message, SerializerOf(message).FromBinary(Convert.FromHexString(bytes), manifest));
    }

    [Fact]
    public void Every_message_that_can_travel_is_pinned()
    {
        IEnumerable<Type> all = typeof(IClusterMessage).Assembly.GetTypes()
            .Where(type => type.IsAssignableTo(typeof(IClusterMessage)) && !type.IsInterface);
        Assert.Equal(
            all.Select(type => type.Name).Order(),
            s_golden.Select(golden => golden.Message.GetType().Name).Distinct().Order());
    }

    [Fact]
    public void The_identifier_is_the_one_of_the_reference_configuration() =>
        Assert.Equal(1313164115, SerializerOf(new Probe()).Identifier);

    [Fact]
    public void Cut_bytes_and_bytes_too_many_are_refused()
    {
        foreach ((object message, string manifest, string bytes) in s_golden)
        {
            byte[] whole = Convert.FromHexString(bytes);
            for (int length = 0; length < whole.Length; length++)
                Assert.Throws<SerializationException>(() => SerializerOf(message).FromBinary(whole[..length], manifest));
            Assert.Throws<SerializationException>(() => SerializerOf(message).FromBinary([.. whole, 0], manifest));
        }
    }

    [Theory]
    [InlineData("Ask.2")]
    [InlineData("Ask")]
    [InlineData("Find.1")]
    [InlineData("")]
    public void Unknown_manifests_are_refused(string manifest)
    {
        var e = Assert.Throws<SerializationException>(() => SerializerOf(new Probe()).FromBinary(new byte[12], manifest));
        Assert.Contains($"'{manifest}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_message_in_a_message_has_none_in_it()
    {
        ClusterSerializer serializer = SerializerOf(new Probe());
        Assert.Throws<ArgumentException>(() => serializer.ToBinary(new Ask(1, new Ask(2, new Find(3), CallDeadline.Never), CallDeadline.Never)));

        // The bytes that an older release would have written of it.
        byte[] inner = serializer.ToBinary(new Ask(2, new Find(3), CallDeadline.Never));
        byte[] nested = [.. new byte[8], 5, .. "Ask.1"u8, (byte)inner.Length, 0, 0, 0, .. inner];
        Assert.Throws<SerializationException>(() => serializer.FromBinary(nested, "Ask.1"));
    }

    private ClusterSerializer SerializerOf(object message) =>
        Assert.IsType<ClusterSerializer>(Sys.Serialization.FindSerializerFor(message));
}

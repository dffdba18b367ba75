using System.Runtime.Serialization;
using Akka.Serialization;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary><see cref="TableSerializer"/>: the bytes of every message, which other versions rely on.</summary>
public sealed class SerializerTests : TableSpec
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromTicks(0x0102030405060708);

    private static readonly (object Message, string Manifest, string Bytes)[] s_golden =
    [
        (new Find(-2), "Find.1", "0000000000000080feffffff"),
        (new Find(1) { Timeout = s_timeout }, "Find.1", "080706050403020101000000"),
        (new FindAll(1), "FindAll.1", "000000000000008001000000"),
        (new Contains(1), "Contains.1", "000000000000008001000000"),
        (new Count(), "Count.1", "0000000000000080"),
        (new TakeSnapshot(), "TakeSnapshot.1", "0000000000000080"),
        (new Check(), "Check.1", "0000000000000080"),
        (new Flush(), "Flush.1", "0000000000000080"),
        (new Add(1, [0x0a0b0c0d]), "Add.1", "000000000000008001000000010000000d0c0b0a"),
        (new Replace(1, []) { Timeout = TimeSpan.Zero }, "Replace.1", "00000000000000000100000000000000"),
        (new Remove(1), "Remove.1", "000000000000008001000000"),
        (new GroupOperations([
            new GroupOperation.Find(1),
            new GroupOperation.Add(2, [3]),
            new GroupOperation.Replace(4, [5]),
            new GroupOperation.Remove(6),
            new GroupOperation.Increment(7, 8, 9),
            new GroupOperation.IfAbsent(10),
            new GroupOperation.IfPresent(11),
            new GroupOperation.IfEquals(12, [])]),
            "GroupOperations.1",
            "000000000000008008000000" + "0101000000" + "02020000000100000003000000" +
            "03040000000100000005000000" + "0406000000" + "05070000000800000009000000" + "060a000000" +
            "070b000000" + "080c00000000000000"),
        (new Found(1, [2]), "Found.1", "010000000100000002000000"),
        (new NotFound(1), "NotFound.1", "01000000"),
        (new FoundAll(1, [[2], []]), "FoundAll.1", "0100000002000000010000000200000000000000"),
        (new Contained(1, true), "Contained.1", "0100000001"),
        (new Counted(1), "Counted.1", "01000000"),
        (new Snapshot([new Binding(1, [2])]), "Snapshot.1", "01000000010000000100000002000000"),
        (new Checked(false, "é"), "Checked.1", "0002c3a9"),
        (new Flushed(), "Flushed.1", ""),
        (new Added(1), "Added.1", "01000000"),
        (new Replaced(1), "Replaced.1", "01000000"),
        (new Removed(1, false), "Removed.1", "0100000000"),
        (new GroupDone([[1], null]), "GroupDone.1", "0200000001010000000100000000"),
        (new ConditionNotMet(1, null), "ConditionNotMet.1", "0100000000"),
        (new Subscribe(), "Subscribe.1", "0000"),
        (new Subscribe(new ChangeFilter([5], [ChangeKind.Removed]), 6), "Subscribe.1",
            "01" + "0100000005000000" + "0100000003" + "010600000000000000"),
        (new Subscribed("t", 7), "Subscribed.1", "01740700000000000000"),
        (new Unsubscribe(), "Unsubscribe.1", ""),
        (new Unsubscribed("t"), "Unsubscribed.1", "0174"),
        (new Changed("t", 8, ChangeKind.Edited, 9, 10, 11), "Changed.1",
            "0174" + "0800000000000000" + "04" + "090000000a0000000b000000"),
        (new Gap("t", 1, 2), "Gap.1", "0174" + "0100000000000000" + "0200000000000000"),
        (new ChangesEnded("t", "r"), "ChangesEnded.1", "01740172"),
        (new Rejected(new Remove(1), 2), "Rejected.1", "0852656d6f76652e3100000000000000800100000002000000"),
    ];

    [Fact]
    public void Every_message_is_written_as_the_bytes_it_has_always_been()
    {
        foreach ((object message, string manifest, string bytes) in s_golden)
        {
            Assert.Equal(manifest, Serializer(message).Manifest(message));
            Assert.True(bytes == Hex(message), $"{message}: {Hex(message)}");
        }
    }

    [Theory]
    [InlineData("Rejected.1", "0a52656a65637465642e310852656d6f76652e31000000000000008001000000020000000200000002000000")]
    [InlineData("Rejected.1", "09466c75736865642e3102000000")]
    [InlineData("Checked.1", "00ffffffffffff")]
    public void What_no_release_writes_is_refused(string manifest, string bytes) => Assert.Throws<SerializationException>(
        () => Serializer(new Flushed()).FromBinary(Convert.FromHexString(bytes), manifest));

    [Fact]
    public void Every_message_is_read_back_from_those_bytes()
    {
        foreach ((object message, string manifest, string bytes) in s_golden)
            Assert.Equal(message, Serializer(message).FromBinary(Convert.FromHexString(bytes), manifest));
    }

    [Fact]
    public void Every_message_that_can_travel_is_pinned()
    {
        IEnumerable<Type> all = typeof(TableProtocol).GetNestedTypes()
            .Where(type => type.IsAssignableTo(typeof(IWireMessage)));
        Assert.Equal(
            all.Select(type => type.Name).Order(),
            s_golden.Select(golden => golden.Message.GetType().Name).Distinct().Order());
    }

    [Fact]
    public void The_identifier_is_the_one_of_the_reference_configuration() =>
        Assert.Equal(1313164114, Serializer(new Count()).Identifier);

    [Fact]
    public void Cut_bytes_are_refused()
    {
        foreach ((object message, string manifest, string bytes) in s_golden)
        {
            byte[] whole = Convert.FromHexString(bytes);
            for (int length = 0; length < whole.Length; length++)
                Assert.Throws<SerializationException>(() => Serializer(message).FromBinary(whole[..length], manifest));
        }
    }

    [Fact]
    public void Bytes_too_many_are_refused()
    {
        foreach ((object message, string manifest, string bytes) in s_golden)
        {
            byte[] longer = [.. Convert.FromHexString(bytes), 0];
            Assert.Throws<SerializationException>(() => Serializer(message).FromBinary(longer, manifest));
        }
    }

    [Theory]
    [InlineData("Find.2")]
    [InlineData("Find")]
    [InlineData("Nothing.1")]
    [InlineData("")]
    public void Unknown_manifests_are_refused(string manifest)
    {
        var e = Assert.Throws<SerializationException>(() => Serializer(new Count()).FromBinary(new byte[12], manifest));
        Assert.Contains($"'{manifest}'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_huge_sequence_is_refused_without_room_being_made_for_it() => Assert.Throws<SerializationException>(
        () => Serializer(new Count()).FromBinary(Convert.FromHexString("01000000ffffff7f"), "Found.1"));

    [Fact]
    public void A_group_with_a_delegate_has_no_serializer_of_tables() =>
        Assert.IsNotType<TableSerializer>(Sys.Serialization.FindSerializerFor(new Group(_ => null)));

    private static string Hex(object message, SerializerWithStringManifest serializer) =>
        Convert.ToHexStringLower(serializer.ToBinary(message));

    private string Hex(object message) => Hex(message, Serializer(message));

    private TableSerializer Serializer(object message) =>
        Assert.IsType<TableSerializer>(Sys.Serialization.FindSerializerFor(message));
}

using System.Runtime.Serialization;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Sharding;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>The messages of sharded tables as bytes.</summary>
public sealed class ShardedSerializerTests : Akka.TestKit.Xunit2.TestKit
{
    private static readonly EncodedKey s_key = new(7, [1, 2]);
    private static readonly Guid s_guid = new("00112233-4455-6677-8899-aabbccddeeff");
    private static readonly Generation s_generation = new(3, s_guid);

    private static readonly object[] s_messages =
    [
        new Find(1, s_key) { Deadline = CallDeadline.After(TimeSpan.FromHours(1)) }, new FindAll(1, s_key), new Contains(1, s_key), new Count(1),
        new Add(1, s_key, [3]), new Replace(1, s_key, []), new Remove(1, s_key),
        new Group(1, [new(OperationKind.Replace, s_key, [3]), new(OperationKind.IfAbsent, s_key, [])]),
        new Value(null), new Value((Sequence<int>)[4]), new Values([[1], []]), new YesOrNo(true), new Counted(5),
        new GroupDone([[1], null]), new ConditionNotMet(2, null), new ConditionNotMet(2, (Sequence<int>)[1]),
        new NotExecuted("Type", "message"), new PartitionReplyTooLarge(3, 2), Undelivered.Instance, new Hello(s_guid, 8, true),
        new Serving(1, s_guid, s_generation), new Wake(1), new LocateCopy(1, null), new LocateCopy(1, s_generation),
        new CopyLocation(s_guid, true, null), new CopyLocation(s_guid, false, new(s_generation, [s_guid, Guid.Empty])),
        new NextChunk(1, s_generation, s_guid, 9), new Chunk(0, [1, 2], null), new Chunk(1, [], 12), new TransferFailed("why"),
    ];

    public ShardedSerializerTests()
        : base(NetshmExtension.DefaultConfig())
    {
    }

    public static TheoryData<int> Messages => [.. Enumerable.Range(0, s_messages.Length)];

    [Theory]
    [MemberData(nameof(Messages))]
    public void Each_message_comes_back_as_it_was(int index)
    {
        object message = s_messages[index];
        var serializer = Assert.IsType<ShardedTableSerializer>(Sys.Serialization.FindSerializerFor(message));
        Assert.Equal(message, serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message)));
        Assert.EndsWith(".1", serializer.Manifest(message), StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_a_message_of_each_type_here()
    {
        IEnumerable<Type> types = typeof(PartitionProtocol).GetNestedTypes(System.Reflection.BindingFlags.NonPublic)
            .Where(type => type.IsAssignableTo(typeof(IWireMessage)) && !type.IsAbstract);
        Assert.Equal(types.ToHashSet(), [.. s_messages.Select(message => message.GetType())]);
    }

    [Fact]
    public void The_bytes_of_version_1_stay_as_they_are()
    {
        var serializer = (ShardedTableSerializer)Sys.Serialization.FindSerializerFor(s_messages[0]);
        Assert.Equal(
            "FFFFFFFFFFFFFF7F01000000070000000200000001000000020000000100000003000000",
            Convert.ToHexString(serializer.ToBinary(new Replace(1, s_key, [3]))));
        Assert.Equal(
            "01000000332211005544776688" + "99AABBCCDDEEFF" + "0300000000000000" + "33221100554477668899AABBCCDDEEFF",
            Convert.ToHexString(serializer.ToBinary(new Serving(1, s_guid, s_generation))));
    }

    [Fact]
    public void A_deadline_is_a_moment_for_who_has_the_same_clock_and_the_time_left_for_others()
    {
        var serializer = (ShardedTableSerializer)Sys.Serialization.FindSerializerFor(s_messages[0]);
        var request = new Find(1, s_key) { Deadline = new CallDeadline(1) }; // Long passed.
        byte[] bytes = serializer.ToBinary(request);
        Assert.Equal(request, serializer.FromBinary(bytes, "Find.1"));

        // Another machine, which has been up for less time, say.
        const int clock = sizeof(long), left = clock + 16;
        Assert.Equal(WireClock.Id, new Guid(bytes.AsSpan(clock, 16)));
        bytes[clock] ^= 1;
        Assert.True(Read(bytes).HasPassed);
        BitConverter.TryWriteBytes(bytes.AsSpan(left), TimeSpan.FromHours(1).Ticks);
        Assert.InRange(Read(bytes).Left, TimeSpan.FromTicks(1), TimeSpan.FromHours(1));
        BitConverter.TryWriteBytes(bytes.AsSpan(left), long.MinValue);
        Assert.True(Read(bytes).HasPassed);
        BitConverter.TryWriteBytes(bytes.AsSpan(left), long.MaxValue);
        Assert.False(Read(bytes).HasPassed);

        CallDeadline Read(byte[] found) => ((Find)serializer.FromBinary(found, "Find.1")).Deadline;
    }

    [Fact]
    public void Other_versions_and_torn_bytes_are_refused()
    {
        var serializer = (ShardedTableSerializer)Sys.Serialization.FindSerializerFor(s_messages[0]);
        byte[] bytes = serializer.ToBinary(s_messages[0]);
        Assert.Throws<SerializationException>(() => serializer.FromBinary(bytes, "Find.2"));
        Assert.Throws<SerializationException>(() => serializer.FromBinary(bytes[..^1], "Find.1"));
        Assert.Throws<SerializationException>(() => serializer.FromBinary([.. bytes, 0], "Find.1"));
    }
}

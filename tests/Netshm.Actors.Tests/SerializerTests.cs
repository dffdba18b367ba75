using Akka.Serialization;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>Messages as bytes: what was written once can be read for ever.</summary>
public sealed class SerializerTests : TableSpec
{
    public static TheoryData<string> Kinds => [.. Messages.Keys];

    private static Dictionary<string, object> Messages { get; } = new object[]
    {
        new Find(1), new Find(-1) { Timeout = TimeSpan.FromMilliseconds(1.5) }, new Found(2, [3, -4]), new NotFound(5),
        new FindAll(6), new FoundAll(7, [[8], []]), new Contains(9), new Contained(10, true), new Count(),
        new Counted(11), new TakeSnapshot(), new Snapshot([new Binding(12, [13])]), new Check(),
        new Checked(false, "damaged"), new Flush(), new Flushed(), new Add(14, [15]), new Added(16),
        new Replace(17, []), new Replaced(18), new Remove(19), new Removed(20, false),
        new GroupOperations(
        [
            new GroupOperation.Find(1), new GroupOperation.Add(2, [3]), new GroupOperation.Replace(4, [5]),
            new GroupOperation.Remove(6), new GroupOperation.Increment(7, 8, 9), new GroupOperation.IfAbsent(10),
            new GroupOperation.IfPresent(11), new GroupOperation.IfEquals(12, [13]),
        ]),
        new GroupDone([[1], null]), new ConditionNotMet(2, [3]), new ConditionNotMet(4, null),
        new Rejected(new Find(21), 22),
    }.ToDictionary(message => message.ToString()!);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_message_comes_back_from_its_bytes(string kind)
    {
        object message = Messages[kind];
        var serializer = Assert.IsType<TableSerializer>(Sys.Serialization.FindSerializerFor(message));
        byte[] bytes = serializer.ToBinary(message);
        Assert.Equal(message, serializer.FromBinary(bytes, serializer.Manifest(message)));
    }

    [Fact]
    public void The_bytes_are_those_that_were_once_written()
    {
        Serializer serializer = Sys.Serialization.FindSerializerFor(new Count());
        string actual = string.Join('\n', Messages.Values.Select(message =>
            $"{((SerializerWithStringManifest)serializer).Manifest(message)} " +
            Convert.ToHexString(serializer.ToBinary(message))));
        string golden = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "golden-messages.txt")).TrimEnd();
        Assert.Equal(golden, actual);
    }
}

using Akka.Actor;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>Each message of the protocol, by plain Tell, and its reply.</summary>
public sealed class ProtocolTests : TableSpec
{
    [Fact]
    public void Each_verb_is_answered_with_its_reply()
    {
        AssertReply(new NotFound(1), new Find(1));
        AssertReply(new Added(1), new Add(1, [10]));
        AssertReply(new Added(1), new Add(1, [11, 12]));
        AssertReply(new Found(1, [11, 12]), new Find(1));
        AssertReply(new FoundAll(1, [[11, 12], [10]]), new FindAll(1));
        AssertReply(new Replaced(2), new Replace(2, []));
        AssertReply(new Contained(2, true), new Contains(2));
        AssertReply(new Contained(3, false), new Contains(3));
        AssertReply(new Counted(3), new Count());
        AssertReply(new Removed(1, true), new Remove(1));
        AssertReply(new Removed(3, false), new Remove(3));
        AssertReply(new Flushed(), new Flush());
        Table.Actor.Tell(new Check(), TestActor);
        Assert.True(ExpectMsg<Checked>().IsConsistent);
        Table.Actor.Tell(new TakeSnapshot(), TestActor);
        Assert.Equal(
            [new Binding(1, [10]), new Binding(2, [])],
            ExpectMsg<Snapshot>().Bindings.OrderBy(binding => binding.Key));
    }

    [Fact]
    public void A_group_with_its_conditions_met_does_everything()
    {
        Table.Actor.Tell(new Replace(1, [5]), TestActor);
        ExpectMsg<Replaced>();
        Table.Actor.Tell(
            new GroupOperations(
            [
                new GroupOperation.IfEquals(1, [5]),
                new GroupOperation.IfAbsent(2),
                new GroupOperation.Increment(1, 3),
                new GroupOperation.Increment(2, 1, 100),
                new GroupOperation.IfPresent(2),
                new GroupOperation.Add(3, [30]),
                new GroupOperation.Find(1),
            ]),
            TestActor);
        GroupDone done = ExpectMsg<GroupDone>();
        Assert.Equal(7, done.Values.Count);
        Assert.Equal<Sequence<int>?>([8], done.Values[6]);
        Assert.Equal([8], Table.Find(1));
        Assert.Equal([30], Table.Find(3));
        Assert.True(Table.Contains(2));
    }

    [Fact]
    public void A_group_with_a_condition_that_is_not_met_changes_nothing()
    {
        Table.Actor.Tell(new Replace(1, [5]), TestActor);
        ExpectMsg<Replaced>();
        Table.Actor.Tell(
            new GroupOperations(
            [
                new GroupOperation.Replace(1, [6]),
                new GroupOperation.Remove(1),
                new GroupOperation.Add(2, [7]),
                new GroupOperation.IfPresent(1),
                new GroupOperation.Add(3, [8]),
            ]),
            TestActor);
        Assert.Equal(3, ExpectMsg<ConditionNotMet>().Index);
        Assert.Equal([5], Table.Find(1));
        Assert.Equal(1, Table.Count);
    }

    [Fact]
    public void A_failure_is_a_status_with_the_typed_exception()
    {
        Table.Actor.Tell(new Group(_ => throw new InvalidTimeZoneException("on purpose")), TestActor);
        Assert.IsType<InvalidTimeZoneException>(ExpectMsg<Status.Failure>().Cause);
    }

    [Fact]
    public void One_sender_s_requests_happen_in_sending_order()
    {
        const int requests = 5_000;
        for (int i = 0; i < requests; i++)
        {
            Table.Actor.Tell(new Replace(1, [i]), TestActor);
            Table.Actor.Tell(new Find(1), TestActor);
        }

        for (int i = 0; i < requests; i++)
        {
            ExpectMsg<Replaced>(Patience);
            Assert.Equal([i], ExpectMsg<Found>(Patience).Value);
        }
    }

    private void AssertReply(object expected, Request request)
    {
        Table.Actor.Tell(request, TestActor);
        Assert.Equal(expected, ExpectMsg<object>(Patience));
    }
}

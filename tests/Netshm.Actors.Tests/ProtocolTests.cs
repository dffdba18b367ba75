using Akka.Actor;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>The messages of <see cref="TableProtocol"/>, told to the actor.</summary>
public sealed class ProtocolTests : TableSpec
{
    [Fact]
    public void Each_request_is_answered_by_its_reply()
    {
        Expect(new Add(1, [10]), new Added(1));
        Expect(new Add(1, [11, 12]), new Added(1));
        Expect(new Replace(2, []), new Replaced(2));
        Expect(new Find(1), new Found(1, [11, 12]));
        Expect(new Find(3), new NotFound(3));
        Expect(new FindAll(1), new FoundAll(1, [[11, 12], [10]]));
        Expect(new FindAll(3), new FoundAll(3, []));
        Expect(new Contains(2), new Contained(2, true));
        Expect(new Contains(3), new Contained(3, false));
        Expect(new Count(), new Counted(3));
        Expect(new Remove(1), new Removed(1, true));
        Expect(new Remove(3), new Removed(3, false));
        Expect(new Remove(2), new Removed(2, true));
        Expect(new TakeSnapshot(), new Snapshot([new Binding(1, [10])]));
        Expect(new Flush(), new Flushed());
        Expect(new Group(group => group.Find(1)[0]), new GroupResult(10));
        Table.Actor.Tell(new Check());
        Assert.True(ExpectMsg<Checked>(Patience).IsConsistent);
    }

    [Fact]
    public void A_failure_carries_the_exception_and_the_request()
    {
        var request = new Group(_ => throw new InvalidTimeZoneException("thrown on purpose"));
        Table.Actor.Tell(request);
        var failure = ExpectMsg<Status.Failure>(Patience);
        Assert.IsType<InvalidTimeZoneException>(failure.Cause);
        Assert.Same(request, failure.State);
    }

    [Fact]
    public void Replies_come_from_the_table_actor_in_the_order_of_the_requests()
    {
        for (int i = 0; i < 5000; i++)
            Table.Actor.Tell(new Replace(i, [i]));
        for (int i = 0; i < 5000; i++)
            ExpectMsg(new Replaced(i), Patience);
        Assert.Equal(Table.Actor, LastSender);
    }

    [Fact]
    public void What_is_no_request_is_unhandled()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Akka.Event.UnhandledMessage));
        Table.Actor.Tell("no request");
        Assert.Equal("no request", ExpectMsg<Akka.Event.UnhandledMessage>(Patience).Message);
    }

    private void Expect(Request request, object reply)
    {
        Table.Actor.Tell(request);
        ExpectMsg(reply, Patience);
    }
}

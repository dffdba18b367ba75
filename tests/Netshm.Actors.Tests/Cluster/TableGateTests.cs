using Akka.Actor;
using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;
using Netshm.Actors.Cluster.Reach;
using Netshm.TestKit;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>What a gate does with what nobody should send to it.</summary>
public sealed class TableGateTests() : TableSpec("change-feed-capacity = 16")
{
    [Fact]
    public void It_refuses_what_comes_after_its_deadline()
    {
        TableRef table = Table;
        IActorRef gate = Sys.ActorOf(Props.Create(() => new TableGate(table, "h")));
        gate.Tell(new Ask(1, new Count(), new CallDeadline(GateClock.Now)), TestActor);
        Assert.Equal(typeof(RequestTimeoutException).FullName, ExpectMsg<Failed>(Patience).ErrorType);
    }

    [Fact]
    public void It_lets_members_write_and_others_only_where_that_is_switched_on()
    {
        TableRef table = Table;
        IActorRef gate = Sys.ActorOf(Props.Create(() => new TableGate(table, "h")));
        gate.Tell(new Ask(1, new Add(1, [2]), CallDeadline.Never), TestActor);
        Failed failed = ExpectMsg<Failed>(Patience);
        Assert.Equal(typeof(UnauthorizedAccessException).FullName, failed.ErrorType);
        Assert.Contains("client-writes", failed.Message, StringComparison.Ordinal);
        Assert.Equal(0, Table.Count);

        gate.Tell(new Ask(2, new Find(1), CallDeadline.Never), TestActor);
        Assert.Equal(new NotFound(1), ExpectMsg<Answer>(Patience).Reply);
    }

    [Fact]
    public async Task It_refuses_what_is_no_request_and_remembers_the_table_that_was_opened_again()
    {
        TableRef table = Table;
        IActorRef gate = Sys.ActorOf(Props.Create(() => new TableGate(table, "h")));
        using var temp = new TempTable();
        TableRef again = Sys.Netshm().OpenTable("test", Table.Settings.ForPartition(temp.Name));
        gate.Tell(new TableEntrance.Serve(again));

        gate.Tell(new Ask(1, new Locate(), CallDeadline.Never), TestActor);
        Assert.Equal(typeof(InvalidOperationException).FullName, ExpectMsg<Failed>(Patience).ErrorType);
        gate.Tell(new Ask(2, null!, CallDeadline.Never), TestActor); // It throws in the gate.
        gate.Tell(new Ask(3, new Count(), CallDeadline.Never), TestActor);
        Answer answer = ExpectMsg<Answer>(Patience);
        Assert.Equal((3, new Counted(0), 0), (answer.Id, answer.Reply, answer.AsOf));
        await Sys.Terminate();
    }
}

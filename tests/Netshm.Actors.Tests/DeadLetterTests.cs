using Akka.Actor;
using Akka.Event;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>What table actors send to nobody is no news, and is not told as such.</summary>
public sealed class DeadLetterTests : TableSpec
{
    public DeadLetterTests()
        : base("change-feed-capacity = 1024") =>
        Sys.EventStream.Subscribe(TestActor, typeof(DeadLetter));

    [Fact]
    public async Task Writes_that_nobody_waits_for_have_no_dead_letters()
    {
        for (int key = 0; key < 10; key++)
            Table.Actor.Tell(new Add(key, [key]), ActorRefs.NoSender);
        Assert.Equal(10, await Table.CountAsync());
        ExpectNoDeadLetter();
    }

    [Fact]
    public void A_failure_that_nobody_hears_of_is_a_dead_letter()
    {
        Table.Actor.Tell(new Group(_ => throw new InvalidTimeZoneException("thrown on purpose")), ActorRefs.NoSender);
        Assert.IsType<Status.Failure>(ExpectMsg<DeadLetter>(Patience).Message);
    }

    [Fact]
    public async Task A_table_that_is_stopped_under_load_leaves_no_dead_letters()
    {
        Watch(Table.Actor);
        Task[] requests = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                try
                {
                    await Table.AddAsync(1, [1]);
                }
                catch (TableClosedException)
                {
                    return;
                }
            }
        }))];
        Table.Actor.Tell(PoisonPill.Instance);
        await Task.WhenAll(requests).WaitAsync(Patience);
        ExpectTerminated(Table.Actor, Patience);
        ExpectNoDeadLetter();
    }

    [Fact]
    public async Task Subscriptions_that_end_leave_no_dead_letters()
    {
        IActorRef[] subscribers = [.. Enumerable.Range(0, 8).Select(_ => Sys.ActorOf(Props.Create(() => new Sink())))];
        foreach (IActorRef subscriber in subscribers)
            Table.Subscribe(subscriber);
        IActorRef publisher = Sys.Netshm().HostOf(Table.Actor).Publisher;
        await publisher.Ask<ActorIdentity>(new Identify(null), Patience); // They have begun.
        for (int key = 0; key < 100; key++)
            await Table.ReplaceAsync(key, []);
        foreach (IActorRef subscriber in subscribers[..4])
            Table.Unsubscribe(subscriber);
        foreach (IActorRef subscriber in subscribers[4..6])
        {
            Watch(subscriber);
            Sys.Stop(subscriber);
            ExpectTerminated(subscriber, Patience);
        }

        await Table.ReplaceAsync(1, []);
        Watch(publisher);
        Table.Actor.Tell(PoisonPill.Instance);
        ExpectTerminated(publisher, Patience);
        Table.Unsubscribe(subscribers[7]);
        ExpectNoDeadLetter();
    }

    /// <summary>Dead letters are told in order, so whatever came before the last one would come before it.</summary>
    private void ExpectNoDeadLetter()
    {
        Sys.EventStream.Publish(new DeadLetter("last", TestActor, TestActor));
        Assert.Equal("last", ExpectMsg<DeadLetter>(Patience).Message);
    }

    private sealed class Sink : UntypedActor
    {
        protected override void OnReceive(object message)
        {
        }
    }
}

using Akka.Actor;
using Netshm.TestKit;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>Actors that are told a table's changes.</summary>
public sealed class SubscriptionTests() : TableSpec("change-feed-capacity = 64")
{
    [Fact]
    public async Task A_subscriber_is_told_what_is_done_from_then_on()
    {
        await Table.AddAsync(1, [1]);
        Table.Subscribe(TestActor);
        ExpectMsg(new Subscribed("test", 2));
        await Table.AddAsync(1, [1, 2]);
        ExpectMsg(new Changed("test", 2, ChangeKind.Added, 1, 2, 0));
        await Table.ReplaceAsync(1, [3]);
        ExpectMsg(new Changed("test", 3, ChangeKind.Replaced, 1, 1, 0));
        await Table.RemoveAsync(1);
        ExpectMsg(new Changed("test", 4, ChangeKind.Removed, 1, 0, 0));
    }

    [Fact]
    public async Task A_subscriber_can_ask_for_what_was_before()
    {
        await Table.AddAsync(1, []);
        await Table.AddAsync(2, []);
        Table.Actor.Tell(new Subscribe(From: 2), TestActor); // As from another machine.
        ExpectMsg(new Subscribed("test", 2));
        ExpectMsg(new Changed("test", 2, ChangeKind.Added, 2, 0, 0));
    }

    [Fact]
    public void What_other_processes_do_is_told_too()
    {
        Table.Subscribe(TestActor);
        ExpectMsg<Subscribed>();
        using ChildProcess other = WorkerProcess.Start("increment", Temp.Name.ToString(), "Futex", "1", "10");
        _ = other.Finish();
        Assert.Equal(ChangeKind.Added, ExpectMsg<Changed>(Patience).Kind);
        for (int number = 2; number <= 10; number++)
            Assert.Equal((number, ChangeKind.Replaced), Told(ExpectMsg<Changed>(Patience)));
    }

    [Fact]
    public async Task A_filter_lets_through_what_it_names_and_gaps()
    {
        for (int key = 0; key < 100; key++)
            await Table.AddAsync(key, []);
        Table.Subscribe(TestActor, new ChangeFilter([98, 3], [ChangeKind.Added]), from: 1);
        ExpectMsg(new Subscribed("test", 1));
        ExpectMsg(new Gap("test", 1, 36));
        ExpectMsg(new Changed("test", 99, ChangeKind.Added, 98, 0, 0));
        await Table.RemoveAsync(3);
        await Table.AddAsync(4, []);
        await Table.AddAsync(3, []);
        ExpectMsg(new Changed("test", 103, ChangeKind.Added, 3, 0, 0));
    }

    [Fact]
    public async Task After_unsubscribing_nothing_comes()
    {
        Table.Subscribe(TestActor);
        ExpectMsg<Subscribed>();
        Task[] writes = [.. Enumerable.Range(0, 1000).Select(key => Table.ReplaceAsync(key, []))];
        Table.Unsubscribe(TestActor);
        FishForMessage(message => message is Unsubscribed);
        await Task.WhenAll(writes);
        TestActor.Tell("last");
        ExpectMsg("last");
        Table.Unsubscribe(TestActor);
        ExpectMsg(new Unsubscribed("test"));
    }

    [Fact]
    public async Task Subscribing_again_begins_anew()
    {
        await Table.AddAsync(1, []);
        Table.Subscribe(TestActor);
        ExpectMsg(new Subscribed("test", 2));
        Table.Subscribe(TestActor, from: 1);
        ExpectMsg(new Subscribed("test", 1));
        ExpectMsg(new Changed("test", 1, ChangeKind.Added, 1, 0, 0));
    }

    [Fact]
    public async Task A_slow_subscriber_gets_gaps_and_a_short_mailbox()
    {
        using var goOn = new SemaphoreSlim(0);
        IActorRef slow = Sys.ActorOf(Props.Create(() => new SlowSubscriber(goOn, TestActor)));
        Table.Subscribe(slow);
        ExpectMsg<Subscribed>();
        await Table.ReplaceAsync(0, []);
        ExpectMsg<Changed>(); // It stands still with this one.
        for (int i = 0; i < 1000; i++)
            await Table.ReplaceAsync(i, []);
        goOn.Release(int.MaxValue / 2);
        long last = 1;
        bool hadGap = false;
        while (last < 1001)
        {
            (long first, long next, bool isGap) = ExpectMsg<object>(Patience) switch
            {
                Gap gap => (gap.FirstNumber, gap.Number, true),
                Changed changed => (changed.Number, changed.Number, false),
                var other => throw new InvalidOperationException($"got {other}"),
            };
            Assert.Equal(last + 1, first);
            last = next;
            hadGap |= isGap;
        }

        Assert.True(hadGap);
    }

    [Fact]
    public async Task The_subscription_of_an_actor_that_dies_ends()
    {
        IActorRef subscriber = Sys.ActorOf(Props.Create(() => new Relay(TestActor)));
        Table.Subscribe(subscriber);
        ExpectMsg<Subscribed>();
        IActorRef subscription = LastSender;
        Watch(subscription);
        Sys.Stop(subscriber);
        ExpectTerminated(subscription);
        await Table.AddAsync(1, []);
    }

    [Fact]
    public async Task A_subscription_survives_the_restart_of_the_tables_actor()
    {
        Table.Subscribe(TestActor);
        ExpectMsg<Subscribed>();
        Batches.Dispose(); // The actor fails over it, and opens the table anew.
        await Table.AddAsync(1, []);
        ExpectMsg(new Changed("test", 1, ChangeKind.Added, 1, 0, 0), Patience);
    }

    [Fact]
    public async Task Numbers_go_on_when_the_table_is_opened_again()
    {
        Table.Subscribe(TestActor);
        ExpectMsg<Subscribed>();
        await Table.AddAsync(1, []);
        ExpectMsg(new Changed("test", 1, ChangeKind.Added, 1, 0, 0));
        Table.Actor.Tell(Kill.Instance);
        ExpectMsg<ChangesEnded>(Patience);
        TableRef again = Sys.Netshm().OpenTable("test");
        await again.AddAsync(2, []);
        again.Subscribe(TestActor, from: 2);
        ExpectMsg(new Subscribed("test", 2));
        ExpectMsg(new Changed("test", 2, ChangeKind.Added, 2, 0, 0));
    }

    [Fact]
    public void The_end_of_the_table_is_told()
    {
        Table.Subscribe(TestActor);
        ExpectMsg<Subscribed>();
        Table.Actor.Tell(PoisonPill.Instance);
        Assert.Contains("test", ExpectMsg<ChangesEnded>(Patience).Reason, StringComparison.Ordinal);
        Assert.Throws<TableClosedException>(() => Table.Subscribe(TestActor));
    }

    [Fact]
    public async Task Typed_keys_are_named_by_their_hashes()
    {
        TypedTableRef<string, int> typed =
            Sys.Netshm().OpenTable("test", DataManagers.String, DataManagers.Int32);
        typed.Subscribe(TestActor, ["b"]);
        ExpectMsg<Subscribed>();
        await typed.AddAsync("a", 1);
        await typed.AddAsync("b", 2);
        Changed changed = ExpectMsg<Changed>();
        Assert.Equal((2, DataManagers.String.Hash("b")), (changed.Number, changed.Key));
    }

    [Fact]
    public async Task A_table_without_a_feed_says_so()
    {
        using var temp = new TempTable();
        using ActorSystem other = ActorSystem.Create("other", Configure(temp.Name));
        TableRef without = other.Netshm().OpenTable("test");
        var e = Assert.Throws<InvalidTableOperationException>(() => without.Subscribe(TestActor));
        Assert.Contains("no change feed", e.Message, StringComparison.Ordinal);
        without.Actor.Tell(new Subscribe(), TestActor);
        Assert.IsType<InvalidTableOperationException>(ExpectMsg<Status.Failure>().Cause);
        await other.Terminate();
    }

    private static (int Number, ChangeKind Kind) Told(Changed changed) => ((int)changed.Number, changed.Kind);

    /// <summary>Passes on what it gets, and waits after each change until it may go on.</summary>
    private sealed class SlowSubscriber(SemaphoreSlim goOn, IActorRef listener) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            listener.Tell(message);
            if (message is Changed)
                goOn.Wait();
        }
    }

    private sealed class Relay(IActorRef listener) : UntypedActor
    {
        protected override void OnReceive(object message) => listener.Forward(message);
    }
}

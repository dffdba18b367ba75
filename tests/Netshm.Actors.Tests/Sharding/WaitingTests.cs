using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Netshm.Actors.Cluster;
using Netshm.Actors.Cluster.Sharding;
using Netshm.TestKit;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>What looks after a sharded table's files while a process that does not go on has a lock.</summary>
public sealed class WaitingTests : ShardedTableSpec
{
    private const string Settings = "partitions = 1, peer-timeout = 60s";

    /// <summary>More than the pool has threads, and more than it takes new ones for in <see cref="s_patienceWithPool"/>.</summary>
    private const int Readers = 128;

    private static readonly TimeSpan s_patienceWithPool = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_keeper_goes_on_while_the_ledger_is_locked()
    {
        ActorSystem a = await StartNode("a", settings: Settings);
        ShardedTable<string, int> table = TableOf(a);
        await table.ReplaceAsync("key", 1, Patience);
        ActorSelection keeper = a.ActorSelection("/system/netshm-sharded-carts");
        SharedMemoryName ledger = new PartitionFiles(table.Settings.Location).Ledger;
        ConcurrentQueue<Error> errors = [];
        a.EventStream.Subscribe(a.ActorOf(Props.Create(() => new Listener(errors))), typeof(Error));
        using ChildProcess holder = HoldLock(ledger);

        // It is to note a change of hosts, which waits for the lock until that is given up.
        Hello reply = await keeper.Ask<Hello>(new Hello(Guid.NewGuid(), 1, WantsReply: true), Patience);
        Assert.Equal(1, reply.Partitions);
        Assert.Empty(errors);
        _ = holder.Finish();
        Assert.NotNull((await keeper.Ask<CopyLocation>(new LocateCopy(0, null), Patience)).Claim);
    }

    [Fact]
    public async Task Readers_of_a_locked_partition_take_no_threads_from_others()
    {
        ActorSystem a = await StartNode("a", settings: Settings);
        await TableOf(a).ReplaceAsync("key", 1, Patience);
        SharedMemoryName file = TableFile(a);
        ShardedTableSettings settings = ShardedTableSettings.Create("carts", a.Settings.Config);
        using ChildProcess holder = HoldLock(file);

        Task<object>[] pieces =
        [
            .. Enumerable.Range(0, Readers).Select(_ => a
                .ActorOf(Props.Create(() => new PartitionReader(file, settings)))
                .Ask<object>(new NextChunk(0, default, default, 0), Patience)),
        ];
        for (int i = 0; i < 100; i++)
            await Task.Run(() => { }).WaitAsync(s_patienceWithPool);
        Assert.DoesNotContain(pieces, piece => piece.IsCompleted);
        _ = holder.Finish();

        // Each takes the file over from the one before it; one that is overtaken says so.
        object[] answers = await Task.WhenAll(pieces);
        Assert.All(answers, answer => Assert.True(answer is Chunk or TransferFailed, $"{answer}"));
        Assert.Contains(answers, answer => answer is Chunk);
    }

    [Fact]
    public async Task A_reader_does_not_wait_for_ever()
    {
        ActorSystem a = await StartNode("a", settings: "partitions = 1, peer-timeout = 100ms");
        await TableOf(a).ReplaceAsync("key", 1, Patience);
        SharedMemoryName file = TableFile(a);
        ShardedTableSettings settings = ShardedTableSettings.Create("carts", a.Settings.Config);
        using ChildProcess holder = HoldLock(file);
        _ = Assert.IsType<TransferFailed>(await a.ActorOf(Props.Create(() => new PartitionReader(file, settings)))
            .Ask<object>(new NextChunk(0, default, default, 0), Patience));
        _ = holder.Finish();
    }

    /// <summary>Collects what was logged as an error.</summary>
    private sealed class Listener : ReceiveActor
    {
        public Listener(ConcurrentQueue<Error> errors) => Receive<Error>(errors.Enqueue);
    }

    private static SharedMemoryName TableFile(ActorSystem system) =>
        Assert.Single(system.Netshm().Tables, table => table.Name == "carts/0").Settings.Location;

    private static ChildProcess HoldLock(SharedMemoryName name)
    {
        ChildProcess holder = WorkerProcess.Start(
            "hold", name.ToString(), nameof(LockingMethod.Futex), nameof(GroupIntent.Write));
        Assert.Equal("held", holder.ReadLine());
        return holder;
    }
}

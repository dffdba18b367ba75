using Akka.Actor;
using Netshm.Actors.Cluster;
using Netshm.TestKit;
using static Netshm.Actors.Cluster.PartitionProtocol;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>What looks after a sharded table's files while a process that does not go on has a lock.</summary>
public sealed class WaitingTests : ShardedTableSpec
{
    private const string Settings = "partitions = 1, peer-timeout = 60s";

    [Fact]
    public async Task A_keeper_goes_on_while_the_ledger_is_locked()
    {
        ActorSystem a = await StartNode("a", settings: Settings);
        ShardedTable<string, int> table = TableOf(a);
        await table.ReplaceAsync("key", 1, Patience);
        ActorSelection keeper = a.ActorSelection("/system/netshm-sharded-carts");
        SharedMemoryName ledger = new PartitionFiles(table.Settings.Location).Ledger;
        using (ChildProcess holder = HoldLock(ledger))
        {
            // It is to note a change of hosts, and to look something up: both wait. What comes behind them does not.
            Task<CopyLocation> looking = keeper.Ask<CopyLocation>(new LocateCopy(0, null), Patience);
            Hello reply = await keeper.Ask<Hello>(new Hello(Guid.NewGuid(), 1, WantsReply: true), Patience);
            Assert.Equal(1, reply.Partitions);
            Assert.False(looking.IsCompleted);
            _ = holder.Finish();
            Assert.NotNull((await looking).Claim);
        }
    }

    [Fact]
    public async Task Readers_of_a_locked_partition_take_no_threads_from_others()
    {
        ActorSystem a = await StartNode("a", settings: Settings);
        await TableOf(a).ReplaceAsync("key", 1, Patience);
        SharedMemoryName file = TableFile(a);
        ShardedTableSettings settings = ShardedTableSettings.Create("carts", a.Settings.Config);
        using ChildProcess holder = HoldLock(file);

        // More readers than the pool has threads, and takes new ones for in the time that the test takes.
        Task<object>[] pieces =
        [
            .. Enumerable.Range(0, 16 * Environment.ProcessorCount).Select(_ => a
                .ActorOf(Props.Create(() => new PartitionReader(file, settings)))
                .Ask<object>(new NextChunk(0, default, default, 0), Patience)),
        ];
        for (int i = 0; i < 1000; i++)
            await Task.Run(() => { });
        Assert.DoesNotContain(pieces, piece => piece.IsCompleted);
        _ = holder.Finish();
        Assert.All(await Task.WhenAll(pieces), piece => Assert.IsType<Chunk>(piece));
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

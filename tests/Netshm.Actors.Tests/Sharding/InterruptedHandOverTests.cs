using Netshm.Actors.Cluster;
using Netshm.TestKit;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>Hand-overs between hosts in the middle of which one end is killed (SIGKILL).</summary>
public sealed class InterruptedHandOverTests() : ShardingSpec("partitions = 1, chunk-size = 1024, peer-timeout = 30s")
{
    /// <summary>So many that their stream has hundreds of pieces, and is not over when it has been seen to begin.</summary>
    private const int Keys = 10_000;

    [Fact]
    public async Task The_new_owner_dies_and_the_old_copy_goes_on_to_count()
    {
        ChildProcess first = StartNode("a");
        await Fill(Keys);
        ChildProcess second = StartNode("b");
        first.WriteLine("leave");
        await Until(() => FilesOn("b").Count > 0, "the stream begins");
        second.Kill();
        Assert.Equal("left", first.ReadLine());
        ChildProcess third = StartNode("a");
        await AssertFilled(Keys);
        Start started = Assert.Single(StartedOn(third));
        Assert.Equal((PartitionOrigin.Warm, Keys), (started.Origin, started.Bindings));
    }

    [Fact]
    public async Task The_old_owner_dies_and_another_process_of_its_host_goes_on()
    {
        ChildProcess first = StartNode("a");
        await Fill(Keys);
        ChildProcess second = StartNode("b");
        first.WriteLine("leave");
        await Until(() => FilesOn("b").Count > 0, "the stream begins");
        first.Kill();
        await AwaitCaches(1); // The host has no process any more, for as long as it takes the next one to start.
        _ = StartNode("a");
        await AssertFilled(Keys);
        Start started = Assert.Single(StartedOn(second));
        Assert.Equal((PartitionOrigin.Streamed, Keys), (started.Origin, started.Bindings));
    }
}

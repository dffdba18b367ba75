using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Akka.Configuration;
using Netshm.Actors.Cluster;
using Netshm.Actors.Worker.Cluster;
using Netshm.TestKit;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Tables of another host, which processes there expose: by a member of the cluster, and from outside.</summary>
public sealed class ReachTests : ClusterSpec
{
    private const string Name = "reach";
    private const int Writes = 300;
    private const string ClientsWrite = $"netshm.table.{Name}.cluster.client-writes = on";

    [Fact]
    public async Task A_member_reaches_a_table_of_another_host_and_goes_on_when_the_process_that_served_it_is_killed()
    {
        (ChildProcess serving, string address) = StartNode("first", Name);
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, address, "");
        RemoteTableRef table = ClusterTables.Get(node.System).Table(Name);
        await AssertThatAllVerbsWork(table);
        await AssertThatTooMuchIsRefused(table);
        _ = StartNode(address, Name);
        await AssertThatADeathLosesNothing(table, serving);
    }

    [Fact]
    public async Task A_cluster_client_does_too()
    {
        (ChildProcess serving, string address) = StartNode("first", Name, config: ClientsWrite);
        using ActorSystem system = ActorSystem.Create("outside", ConfigurationFactory.ParseString($$"""
            akka { loglevel = WARNING, stdout-loglevel = OFF, loggers = [], actor.provider = remote }
            akka.remote.dot-netty.tcp { hostname = "{{OtherHost}}", port = 0 }
            akka.cluster.client {
              heartbeat-interval = 200ms, acceptable-heartbeat-pause = 1s, refresh-contacts-interval = 200ms
              establishing-get-contacts-interval = 200ms
            }
            netshm.cluster.remote { silence = 500ms, request-timeout = 60s }
            """));
        var client = new ClusterTablesClient(
            system,
            ClusterClientSettings.Create(system).WithInitialContacts(
                ImmutableHashSet.Create(ActorPath.Parse($"{address}/system/receptionist"))));
        RemoteTableRef table = client.Table(Name, Host);
        await AssertThatAllVerbsWork(table);
        await AssertThatTooMuchIsRefused(table);
        _ = StartNode(address, Name, config: ClientsWrite);

        // Who knows nobody but the one that dies has no way into the cluster.
        _ = await EventuallyAsync(
            () => client.Client.Ask<ContactPoints>(GetContactPoints.Instance, Patience),
            contacts => contacts.ContactPointsList.Count > 1);
        await AssertThatADeathLosesNothing(table, serving);
        await system.Terminate();
    }

    [Fact]
    public async Task Requests_go_over_to_another_process_when_one_leaves_in_order()
    {
        (ChildProcess leaving, string address) = StartNode("first", Name);
        await using ClusterNode node = await ClusterNode.StartAsync(
            OtherHost, address, "netshm.cluster.remote.silence = 5s");
        RemoteTableRef table = ClusterTables.Get(node.System).Table(Name, Host);
        await table.AddAsync(1, [1]);
        _ = StartNode(address, Name);
        Task end = Task.Run(leaving.Finish);
        int acknowledged = 0, unknown = 0;
        do
        {
            try
            {
                await table.AddAsync(2, [acknowledged + unknown]);
                acknowledged++;
            }
            catch (OutcomeUnknownException)
            {
                unknown++; // The last answer of the one that left was lost with its connection.
            }
        }
        while (!end.IsCompleted);
        await end;
        await table.AddAsync(2, [acknowledged + unknown]);
        acknowledged++;
        Assert.InRange(unknown, 0, 1);
        Assert.InRange((await table.FindAllAsync(2)).Count, acknowledged, acknowledged + unknown);
    }

    [Fact]
    public async Task A_request_without_anybody_to_answer_ends_at_its_deadline()
    {
        await using ClusterNode node = await ClusterNode.StartAsync(OtherHost, seed: null, "");
        RemoteTableRef table = ClusterTables.Get(node.System).Table("nowhere");
        await Assert.ThrowsAsync<RequestTimeoutException>(
            () => table.AddAsync(1, [1], TimeSpan.FromMilliseconds(300)));
        using var source = new CancellationTokenSource();
        Task<int> counting = table.CountAsync(cancellationToken: source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => counting);
        Task waiting = table.AddAsync(1, [1]);
        await node.DisposeAsync();
        await Assert.ThrowsAsync<TableClosedException>(() => waiting);
        await Assert.ThrowsAsync<TableClosedException>(() => table.AddAsync(1, [1]));
    }

    /// <summary>Has a request, and then a reply, be larger than Akka.Remote's default of 128,000 bytes.</summary>
    private static async Task AssertThatTooMuchIsRefused(RemoteTableRef table)
    {
        const int words = 32_000;
        await Assert.ThrowsAsync<ValueTooLargeException>(() => table.AddAsync(5, new int[words], Timeout.InfiniteTimeSpan));
        Assert.Equal(0, await table.CountAsync());
        await table.AddAsync(5, new int[words / 2]);
        await table.AddAsync(5, new int[words / 2]);
        var e = await Assert.ThrowsAsync<ValueTooLargeException>(() => table.FindAllAsync(5, Timeout.InfiniteTimeSpan));
        Assert.True(e.Size > e.Limit);
        Assert.Contains(e.Setting, e.Message, StringComparison.Ordinal);
        Assert.True(await table.RemoveAsync(5));
        Assert.True(await table.RemoveAsync(5));
    }

    private static async Task AssertThatAllVerbsWork(RemoteTableRef table)
    {
        await table.AddAsync(1, [10, 11]);
        await table.AddAsync(1, [12]);
        Assert.Equal(12, (await table.FindAsync(1)).Single());
        Assert.Equal([[12], [10, 11]], await table.FindAllAsync(1));
        Assert.True(await table.RemoveAsync(1));
        await table.ReplaceAsync(1, [13]);
        Assert.Equal(13, (await table.TryFindAsync(1))?.Single());
        Assert.Null(await table.TryFindAsync(2));
        await Assert.ThrowsAsync<KeyNotFoundException>(() => table.FindAsync(2));
        Assert.True(await table.ContainsAsync(1));
        Assert.Equal(1, await table.CountAsync());
        Assert.Equal(
            new GroupDone([[13], [1]]),
            await table.GroupAsync([new GroupOperation.IfEquals(1, [13]), new GroupOperation.Increment(2)]));
        Assert.Equal(new ConditionNotMet(0, [13]), await table.GroupAsync([new GroupOperation.IfAbsent(1)]));
        Assert.Equal(2, (await table.SnapshotAsync()).Count);
        Assert.True((await table.CheckAsync()).IsConsistent);
        await table.FlushAsync();
        Assert.True(await table.RemoveAsync(1));
        Assert.True(await table.RemoveAsync(2));
        Assert.False(await table.RemoveAsync(2));
    }

    /// <summary>Writes and reads while the only process that can have served so far is killed beside another one.</summary>
    private async Task AssertThatADeathLosesNothing(RemoteTableRef table, ChildProcess serving)
    {
        Task death = Task.CompletedTask;
        var unknown = new HashSet<int>();
        for (int key = 0; key < Writes; key++)
        {
            if (key == Writes / 3)
                death = Task.Run(serving.Kill);
            try
            {
                await table.AddAsync(key, [key]);
            }
            catch (OutcomeUnknownException)
            {
                _ = unknown.Add(key);
            }

            if (!unknown.Contains(key))
                Assert.Equal(key, (await table.FindAsync(key)).Single());
        }

        await death;
        Assert.Equal(Writes - unknown.Count(key => Bindings(key) == 0), await table.CountAsync());

        // One is under way at a time; but a process that gets no processor for a while passes for a dead one.
        Assert.InRange(unknown.Count, 0, Writes / 10);
        Assert.All(Enumerable.Range(0, Writes).Except(unknown), key => Assert.Equal(1, Bindings(key)));
        Assert.All(unknown, key => Assert.InRange(Bindings(key), 0, 1));
    }

    private int Bindings(int key)
    {
        using ShmTable table = ShmTable.Open(Temp.Name);
        return table.FindAll(key).Count;
    }
}

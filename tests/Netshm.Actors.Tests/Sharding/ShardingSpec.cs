using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors.Cluster;
using Netshm.TestKit;
using AkkaCluster = Akka.Cluster.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>
/// A spec with a cluster: this process is its oldest node and uses the sharded table from outside; the processes that it starts
/// keep the partitions, on two "hosts", which differ in their IP addresses and directories.
/// </summary>
public abstract class ShardingSpec : IDisposable
{
    /// <summary>How long a spec waits for what must happen.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private const int InFlight = 2000;

    private readonly string _directory = Path.Combine(TempTable.Directory, $"netshm-test-{Guid.NewGuid():N}");
    private readonly DisposableList<ChildProcess> _processes = [];
    private readonly ActorSystem _system;

    /// <summary>Starts the cluster with this process alone.</summary>
    /// <param name="settings">Settings of the sharded table, besides those of HOCON/sharding.conf.</param>
    protected ShardingSpec(string settings = "")
    {
        Extra = settings;
        _system = ActorSystem.Create("carts", ConfigurationFactory
            .ParseString("""
                akka.cluster.roles = [client]
                akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
                """)
            .WithFallback(ConfigurationFactory.ParseString(ConfigOf("none"))));
        AkkaCluster cluster = AkkaCluster.Get(_system);
        cluster.Join(cluster.SelfAddress);
        Table = _system.ShardedTables().Start("carts", DataManagers.String, DataManagers.Int32);
    }

    /// <summary>The table, from outside.</summary>
    protected ShardedTable<string, int> Table { get; }

    private string Extra { get; }

    /// <summary>A key in each partition.</summary>
    protected IReadOnlyList<string> KeyOfEachPartition =>
    [
        .. Enumerable.Range(0, Table.Settings.Partitions).Select(partition =>
            Enumerable.Range(0, int.MaxValue).Select(i => $"key {i}").First(key => Table.PartitionOf(key) == partition)),
    ];

    /// <summary>Starts a process on a host, "a" or "b", and waits until it keeps partitions.</summary>
    protected ChildProcess StartNode(string host)
    {
        Directory.CreateDirectory(Path.Combine(_directory, host));
        string address = host == "a" ? "127.0.0.1" : "127.0.0.2";
        string assembly = Path.Combine(AppContext.BaseDirectory, "Netshm.Actors.Worker.dll");
        string seed = AkkaCluster.Get(_system).SelfAddress.ToString();
        ChildProcess node = ChildProcess.Start(
            $"node on host {host}", "dotnet", ["exec", assembly, "shard", address, seed, ConfigOf(host)], Patience);
        _processes.Add(node);
        Assert.Equal("ready", node.ReadLine());
        return node;
    }

    /// <summary>The partitions that a node has begun to serve since it was asked last.</summary>
    protected static IReadOnlyList<Start> StartedOn(ChildProcess node) =>
    [
        .. node.Ask("started").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(text => text.Split(' ')).Select(
            parts => new Start(
                int.Parse(parts[0], null), Enum.Parse<PartitionOrigin>(parts[1]), int.Parse(parts[2], null), parts[3])),
    ];

    /// <summary>Has a node leave the cluster orderly, and waits for its end.</summary>
    protected static void Leave(ChildProcess node) => Assert.Equal("left", node.Ask("leave"));

    /// <summary>The files of partitions on a host.</summary>
    protected IReadOnlyList<string> FilesOn(string host) =>
    [
        .. Directory.EnumerateFiles(Path.Combine(_directory, host), "carts.*-*").Where(
            path => !path.EndsWith(".netshm", StringComparison.Ordinal)),
    ];

    /// <summary>The ledger of a host.</summary>
    protected string LedgerOn(string host) => Path.Combine(_directory, host, "carts.host");

    /// <summary>Waits until so many nodes that keep partitions are members of the cluster, and no more.</summary>
    protected Task AwaitCaches(int count) => Until(
        () => AkkaCluster.Get(_system).State.Members.Count(member => member.HasRole("cache")) == count,
        FormattableString.Invariant($"the cluster has {count} nodes with partitions"));

    /// <summary>Waits until something has come true.</summary>
    protected static async Task Until(Func<bool> isTrue, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isTrue())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"waited too long: {what}");
            await Task.Delay(5);
        }
    }

    /// <summary>Binds keys to their numbers.</summary>
    protected async Task Fill(int count)
    {
        foreach (int[] some in Enumerable.Range(0, count).Chunk(InFlight))
            await Task.WhenAll(some.Select(i => Table.ReplaceAsync($"key {i}", i, Patience)));
    }

    /// <summary>Asserts that keys are bound to their numbers.</summary>
    protected async Task AssertFilled(int count)
    {
        foreach (int[] some in Enumerable.Range(0, count).Chunk(InFlight))
        {
            Option<int>[] found = await Task.WhenAll(some.Select(i => Table.TryFindAsync($"key {i}", Patience)));
            Assert.Equal(some.Select(i => new Option<int>(i)), found);
        }
    }

    /// <summary>A partition that a node has begun to serve.</summary>
    protected sealed record Start(int Partition, PartitionOrigin Origin, int Bindings, string File);

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _processes.Dispose();
        }
        finally
        {
            _system.Terminate().Wait(Patience);
            if (Directory.Exists(_directory))
                Directory.Delete(_directory, recursive: true);
            GC.SuppressFinalize(this);
        }
    }

    private string ConfigOf(string host) => $$"""
        {{File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "HOCON", "sharding.conf"))}}
        akka { loglevel = ERROR, stdout-loglevel = OFF, loggers = [] }
        netshm.sharded-table.carts {
          location = "file:{{_directory}}/{{host}}/carts"
          {{Extra}}
        }
        """;
}

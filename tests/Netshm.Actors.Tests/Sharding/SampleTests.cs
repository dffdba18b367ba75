using Akka.Configuration;
using Netshm.Actors.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>The configurations that people copy obey the rules that the documentation states.</summary>
public sealed class SampleTests
{
    private static readonly string s_directory = Path.Combine(AppContext.BaseDirectory, "HOCON");

    /// <summary>The samples of cluster nodes.</summary>
    public static TheoryData<string> ClusterSamples =>
    [
        .. Directory.EnumerateFiles(s_directory, "*.conf").Select(path => Path.GetFileName(path))
            .Where(name => name != "reference.conf" && Sample(name).HasPath("akka.cluster")),
    ];

    [Fact]
    public void There_are_samples() => Assert.True(ClusterSamples.Count >= 2);

    [Theory]
    [MemberData(nameof(ClusterSamples))]
    public void The_downing_provider_waits_longer_than_the_failure_detector(string name)
    {
        Config config = WithDefaults(name);
        TimeSpan stableAfter = config.GetTimeSpan("akka.cluster.split-brain-resolver.stable-after");
        TimeSpan pause = config.GetTimeSpan("akka.cluster.failure-detector.acceptable-heartbeat-pause");
        Assert.True(stableAfter > pause, $"{name}: stable-after is {stableAfter}, acceptable-heartbeat-pause is {pause}");
    }

    [Theory]
    [MemberData(nameof(ClusterSamples))]
    public void Partitions_wait_for_a_host_longer_than_its_removal_takes(string name)
    {
        Config config = WithDefaults(name);
        TimeSpan removal = config.GetTimeSpan("akka.cluster.split-brain-resolver.stable-after")
            + config.GetTimeSpan("akka.cluster.failure-detector.acceptable-heartbeat-pause");
        IEnumerable<string> tables = Sample(name).HasPath("netshm.sharded-table")
            ? Sample(name).GetConfig("netshm.sharded-table").AsEnumerable().Select(table => table.Key)
            : [];
        Assert.All(tables, table => Assert.True(
            ShardedTableSettings.Create(table, config).PeerTimeout > removal,
            $"{name}: the peer-timeout of '{table}' is not longer than {removal}"));
    }

    private static Config Sample(string name) =>
        ConfigurationFactory.ParseString(File.ReadAllText(Path.Combine(s_directory, name)));

    /// <summary>A sample over the defaults of Akka's cluster and of this library.</summary>
    private static Config WithDefaults(string name) => Sample(name)
        .WithFallback(NetshmExtension.DefaultConfig())
        .WithFallback(ConfigurationFactory.FromResource<Akka.Cluster.Cluster>("Akka.Cluster.Configuration.Cluster.conf"));
}

using Akka.Configuration;
using Netshm.Actors.Cluster;

namespace Netshm.Actors.Tests.Sharding;

/// <summary><see cref="ShardedTableSettings"/> against reference.conf.</summary>
public sealed class ShardedSettingsTests
{
    [Fact]
    public void Every_default_is_the_documented_one()
    {
        ShardedTableSettings settings = Read("");
        Assert.Equal(SharedMemoryName.Local("carts"), settings.Location);
        Assert.Equal(32, settings.Partitions);
        Assert.Null(settings.Role);
        Assert.Equal(HandOver.Stream, settings.HandOver);
        Assert.Equal(WithoutProof.Cold, settings.WithoutProof);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.PeerTimeout);
        Assert.Equal(TimeSpan.FromMilliseconds(500), settings.RetryInterval);
        Assert.Equal(65536, settings.ChunkSizeInBytes);
    }

    [Fact]
    public void Every_key_is_read()
    {
        ShardedTableSettings settings = Read("""
            location = "file:/tmp/{name}", partitions = 3, role = cache, hand-over = cold, without-proof = newest
            peer-timeout = 2s, retry-interval = 1s, chunk-size = 2048
            """);
        Assert.Equal(SharedMemoryName.File("/tmp/carts"), settings.Location);
        Assert.Equal(3, settings.Partitions);
        Assert.Equal("cache", settings.Role);
        Assert.Equal(HandOver.Cold, settings.HandOver);
        Assert.Equal(WithoutProof.Newest, settings.WithoutProof);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.PeerTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.RetryInterval);
        Assert.Equal(2048, settings.ChunkSizeInBytes);
    }

    [Theory]
    [InlineData("partitions = 0", "from 1 to")]
    [InlineData("location = \"posix:/a,/b\"", "local:NAME or file:/PATH")]
    [InlineData("hand-over = warm", "stream, cold")]
    [InlineData("chunk-size = 10", "from 1024")]
    public void A_wrong_setting_is_refused_with_what_is_allowed(string setting, string allowed) => Assert.Contains(
        allowed, Assert.Throws<ConfigurationException>(() => Read(setting)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_sample_is_read()
    {
        string sample = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "HOCON", "sharding.conf"));
        ShardedTableSettings settings = ShardedTableSettings.Create(
            "carts", ConfigurationFactory.ParseString(sample).WithFallback(NetshmExtension.DefaultConfig()));
        Assert.Equal(("cache", 8), (settings.Role, settings.Partitions));
    }

    private static ShardedTableSettings Read(string settings) => ShardedTableSettings.Create(
        "carts",
        ConfigurationFactory.ParseString($"netshm.sharded-table.carts {{ {settings} }}")
            .WithFallback(NetshmExtension.DefaultConfig()));
}

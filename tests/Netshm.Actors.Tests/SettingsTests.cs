using Akka.Configuration;
using Akka.Configuration.Hocon;
using Netshm.Actors.Cluster;

namespace Netshm.Actors.Tests;

/// <summary><see cref="NetshmSettings"/> and <see cref="TableSettings"/> against reference.conf.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void Every_default_is_the_documented_one()
    {
        TableSettings settings = Read("").Table("orders");
        Assert.Equal(SharedMemoryName.Local("orders"), settings.Location);
        Assert.Null(settings.PageSize);
        Assert.Null(settings.Init);
        Assert.Equal(LockingMethod.Auto, settings.Locking);
        Assert.Null(settings.ChangeFeedCapacity);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, settings.Permissions);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.LockTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.GroupTimeout);
        Assert.Equal(16384, settings.MaxQueue);
        Assert.Equal(1024, settings.MaxBatchCount);
        Assert.Equal(TimeSpan.FromMilliseconds(2), settings.MaxBatchTime);
        Assert.Equal(TimeSpan.FromMicroseconds(100), settings.TurnPause);
        Assert.Equal(TimeSpan.FromMilliseconds(1), settings.MinBackoff);
        Assert.Equal(TimeSpan.FromMilliseconds(50), settings.MaxBackoff);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.ReopenMinBackoff);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.ReopenMaxBackoff);
        Assert.Equal("netshm.table-dispatcher", settings.Dispatcher);
        Assert.False(settings.Cluster.Expose);
        Assert.Empty(Read("").Tables);
    }

    [Fact]
    public void Every_default_of_the_cluster_layer_is_the_documented_one()
    {
        ClusterSettings settings = Read("").Cluster;
        Assert.Null(settings.Host);
        Assert.Null(settings.Role);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.RemoteSilence);
        Assert.Equal(16384, settings.MaxWaiting);
        Assert.Equal(TimeSpan.FromMilliseconds(500), settings.ElectionInterval);
        Assert.Equal(1024, settings.PublishBatchCount);
        Assert.Equal(TimeSpan.FromMilliseconds(5), settings.PublishBatchTime);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.HeartbeatInterval);
        Assert.Equal(TimeSpan.FromSeconds(3), settings.FollowSilence);
        Assert.Equal(1024, settings.ReplayCount);
        Assert.Equal(100_000, settings.NearCacheMaxEntries);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.ReportInterval);
    }

    [Fact]
    public void Every_setting_of_the_cluster_layer_can_be_overridden()
    {
        NetshmSettings all = Read("""
            netshm.table.t.cluster.expose = on
            netshm.cluster {
              host = here, role = tables, near-cache.max-entries = 2, overview.report-interval = 1s
              remote { request-timeout = infinite, silence = 2s, max-waiting = 3 }
              publish { election-interval = 4s, batch-count = 5, batch-time = 6ms, heartbeat-interval = 7s }
              follow { silence = 8s, replay-count = 9 }
            }
            """);
        ClusterSettings settings = all.Cluster;
        Assert.True(all.Table("t").Cluster.Expose);
        Assert.Equal(("here", "tables"), (settings.Host, settings.Role));
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(2), settings.RemoteSilence);
        Assert.Equal(3, settings.MaxWaiting);
        Assert.Equal(TimeSpan.FromSeconds(4), settings.ElectionInterval);
        Assert.Equal(5, settings.PublishBatchCount);
        Assert.Equal(TimeSpan.FromMilliseconds(6), settings.PublishBatchTime);
        Assert.Equal(TimeSpan.FromSeconds(7), settings.HeartbeatInterval);
        Assert.Equal(TimeSpan.FromSeconds(8), settings.FollowSilence);
        Assert.Equal((9, 2), (settings.ReplayCount, settings.NearCacheMaxEntries));
        Assert.Equal(TimeSpan.FromSeconds(1), settings.ReportInterval);
    }

    [Fact]
    public void Every_key_of_the_cluster_layer_in_the_reference_is_a_setting()
    {
        static int Leaves(HoconObject section) => section.Items.Values.Sum(
            value => value.IsObject() ? Leaves(value.GetObject()) : 1);
        int keys = Leaves(NetshmExtension.DefaultConfig().GetConfig("netshm.cluster").Root.GetObject());
        Assert.Equal(typeof(ClusterSettings).GetProperties().Length, keys);
    }

    [Fact]
    public void Every_key_of_the_reference_is_a_setting_and_the_other_way_round()
    {
        IEnumerable<string> keys = NetshmExtension.DefaultConfig().GetConfig("netshm.default-table").AsEnumerable()
            .Select(item => item.Key.Replace("-", "", StringComparison.Ordinal));
        IEnumerable<string> properties = typeof(TableSettings).GetProperties().Select(property => property.Name);
        Assert.Equal(keys.Order(StringComparer.OrdinalIgnoreCase), properties.Order(StringComparer.OrdinalIgnoreCase),
            StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void A_table_overrides_each_default()
    {
        TableSettings settings = Read("""
            netshm.default-table { lock-timeout = 1m, page-size = 512 }
            netshm.table."a.b" {
              location = "posix:/tmp/{name},/{name}", page-size = 64, init = 7, locking = Record, permissions = 640
              request-timeout = infinite, group-timeout = 1.5s, max-queue = 1, max-batch-count = 2
              max-batch-time = 3ms, turn-pause = 4 us, min-backoff = 5ms, max-backoff = 1h, dispatcher = own
              change-feed-capacity = 4096, reopen-min-backoff = 6ms, reopen-max-backoff = 7ms
            }
            """).Tables["a.b"];
        Assert.Equal(SharedMemoryName.Posix("/tmp/a.b", "/a.b"), settings.Location);
        Assert.Equal(64, settings.PageSize);
        Assert.Equal(7, settings.Init);
        Assert.Equal(4096, settings.ChangeFeedCapacity);
        Assert.Equal(LockingMethod.Record, settings.Locking);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, settings.Permissions);
        Assert.Equal(TimeSpan.FromMinutes(1), settings.LockTimeout);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1.5), settings.GroupTimeout);
        Assert.Equal((1, 2), (settings.MaxQueue, settings.MaxBatchCount));
        Assert.Equal(TimeSpan.FromMilliseconds(3), settings.MaxBatchTime);
        Assert.Equal(TimeSpan.FromMicroseconds(4), settings.TurnPause);
        Assert.Equal(TimeSpan.FromMilliseconds(5), settings.MinBackoff);
        Assert.Equal(TimeSpan.FromHours(1), settings.MaxBackoff);
        Assert.Equal(TimeSpan.FromMilliseconds(6), settings.ReopenMinBackoff);
        Assert.Equal(TimeSpan.FromMilliseconds(7), settings.ReopenMaxBackoff);
        Assert.Equal("own", settings.Dispatcher);
    }

    [Theory]
    [InlineData("location = here", "netshm.table.t.location", "'here'", "file:/path")]
    [InlineData("page-size = 100000000", "netshm.table.t.page-size", "100000000", "auto, or a whole number from 64")]
    [InlineData("page-size = 65", "netshm.table.t.page-size", "65", "multiple of 4")]
    [InlineData("init = no", "netshm.table.t.init", "no", "off, or a whole number from 1")]
    [InlineData("locking = both", "netshm.table.t.locking", "both", "auto, none, record")]
    [InlineData("permissions = 0888", "netshm.table.t.permissions", "0888", "three octal digits")]
    [InlineData("permissions = 400", "netshm.table.t.permissions", "400", "read and write")]
    [InlineData("lock-timeout = soon", "netshm.table.t.lock-timeout", "soon", "infinite, or a time")]
    [InlineData("lock-timeout = 5 weeks", "netshm.table.t.lock-timeout", "5 weeks", "infinite, or a time")]
    [InlineData("lock-timeout = 1000d", "netshm.table.t.lock-timeout", "1000d", "infinite, or a time")]
    [InlineData("lock-timeout = 99999999999999999999d", "netshm.table.t.lock-timeout", "9999", "infinite, or a time")]
    [InlineData("request-timeout = 0s", "netshm.table.t.request-timeout", "0s", "more than 0")]
    [InlineData("group-timeout = -1s", "netshm.table.t.group-timeout", "-1s", "infinite, or a time")]
    [InlineData("max-queue = 0", "netshm.table.t.max-queue", "0", "a whole number from 1")]
    [InlineData("max-batch-count = many", "netshm.table.t.max-batch-count", "many", "a whole number from 1")]
    [InlineData("max-batch-time = infinite", "netshm.table.t.max-batch-time", "infinite", "a time of more than 0")]
    [InlineData("turn-pause = 1 fortnight", "netshm.table.t.turn-pause", "1 fortnight", "a time of more than 0")]
    [InlineData("min-backoff = 0ms", "netshm.table.t.min-backoff", "0ms", "more than 0")]
    [InlineData("max-backoff = 1us", "netshm.table.t.max-backoff", "1us", "at least min-backoff")]
    [InlineData("dispatcher = \"\"", "netshm.table.t.dispatcher", "(nothing)", "a text")]
    [InlineData("cluster.expose = yes", "netshm.table.t.cluster.expose", "yes", "on or off")]
    [InlineData("reopen-max-backoff = 1ms", "netshm.table.t.reopen-max-backoff", "1ms", "at least reopen-min-backoff")]
    public void An_error_names_the_key_the_value_and_what_is_allowed(string line, params string[] parts)
    {
        var e = Assert.Throws<ConfigurationException>(() => Read($"netshm.table.t {{ {line} }}"));
        foreach (string part in parts)
            Assert.Contains(part, e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("netshm.table.t = 5", "netshm.table.t = 5: expected a section in braces")]
    [InlineData("netshm.cluster.remote.silence = soon", "netshm.cluster.remote.silence = soon: expected a time")]
    [InlineData("netshm.cluster.publish.batch-count = 0", "netshm.cluster.publish.batch-count = 0: expected a whole")]
    [InlineData("netshm.cluster.follow.silence = 1ms", "expected at least publish.heartbeat-interval")]
    [InlineData("netshm.cluster.overview.report-interval = off", "netshm.cluster.overview.report-interval = off")]
    [InlineData("netshm.default-table.locking = both", "netshm.default-table.locking = both")]
    [InlineData("netshm.cluster.remote = 5", "netshm.cluster.remote = 5: expected a section in braces")]
    [InlineData("netshm.table.t.cluster = on", "netshm.table.t.cluster = on: expected a section in braces")]
    public void Errors_outside_a_table_are_named_too(string line, string message) => Assert.Contains(
        message, Assert.Throws<ConfigurationException>(() => Read(line)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("netshm.tables.t { }", "netshm.tables", "table")]
    [InlineData("netshm.table.t.lock-time = 5s", "netshm.table.t.lock-time", "lock-timeout")]
    [InlineData("netshm.table.t.requst-timeout = 5s", "netshm.table.t.requst-timeout", "request-timeout")]
    [InlineData("netshm.table.t.cluster.exposed = on", "netshm.table.t.cluster.exposed", "expose")]
    [InlineData("netshm.default-table.max-que = 5", "netshm.default-table.max-que", "max-queue")]
    [InlineData("netshm.cluster.hosts = a", "netshm.cluster.hosts", "host")]
    [InlineData("netshm.sharded-table.t.partition = 3", "netshm.sharded-table.t.partition", "partitions")]
    [InlineData("netshm.default-sharded-table.chunksize = 3", "netshm.default-sharded-table.chunksize", "chunk-size")]
    [InlineData("netshm.cluster.follow.silense = 1ms", "netshm.cluster.follow.silense", "silence")]
    public void An_unknown_key_stops_nobody_and_is_told_with_the_closest_known_one(string line, string key, string closest)
    {
        string warning = Assert.Single(Read(line).Warnings);
        Assert.StartsWith($"{key} is no setting", warning, StringComparison.Ordinal);
        Assert.EndsWith($"'{closest}'?", warning, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10 seconds", 10_000)]
    [InlineData("1 second", 1000)]
    [InlineData("1 minute", 60_000)]
    [InlineData("1.5 minutes", 90_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("2 hours", 7_200_000)]
    [InlineData("500 millis", 500)]
    [InlineData("500 milliseconds", 500)]
    [InlineData("250", 250)]
    [InlineData("100 micros", 0.1)]
    [InlineData("1.5s", 1500)]
    [InlineData("infinite", -1)]
    public void Durations_are_read_as_Akka_reads_them(string text, double milliseconds)
    {
        Config config = ConfigurationFactory.ParseString($"netshm.table.t.lock-timeout = {text}");
        TimeSpan read = NetshmSettings.Create(config.WithFallback(NetshmExtension.DefaultConfig())).Table("t").LockTimeout;
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), read);
        Assert.Equal(config.GetTimeSpan("netshm.table.t.lock-timeout"), read);
    }

    [Fact]
    public void Without_the_reference_the_error_says_how_to_get_it() => Assert.Contains(
        "NetshmExtension.DefaultConfig()",
        Assert.Throws<ConfigurationException>(() => NetshmSettings.Create(ConfigurationFactory.Empty)).Message,
        StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Every_sample_loads(string file)
    {
        Config sample = ConfigurationFactory.ParseString(File.ReadAllText(file));
        NetshmSettings settings = NetshmSettings.Create(sample.WithFallback(NetshmExtension.DefaultConfig()));
        Assert.NotEmpty(settings.Tables);
    }

    [Fact]
    public void The_embedded_reference_is_the_file_in_HOCON()
    {
        string file = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "HOCON", "reference.conf"));
        Assert.Equal(ConfigurationFactory.ParseString(file).ToString(), NetshmExtension.DefaultConfig().ToString());
    }

    public static TheoryData<string> Samples() =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "HOCON"), "*.conf")
            .Where(file => Path.GetFileName(file) != "reference.conf")];

    private static NetshmSettings Read(string text) =>
        NetshmSettings.Create(ConfigurationFactory.ParseString(text).WithFallback(NetshmExtension.DefaultConfig()));
}

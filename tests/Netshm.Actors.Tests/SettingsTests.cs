using Akka.Configuration;

namespace Netshm.Actors.Tests;

/// <summary>Every setting: its default, and the errors for wrong ones.</summary>
public sealed class SettingsTests : TableSpec
{
    [Fact]
    public void The_defaults_are_those_of_the_reference_configuration()
    {
        TableSettings settings = Open("defaults", "");
        Assert.Equal(SharedMemoryName.Local("defaults"), settings.Location);
        Assert.Null(settings.PageSize);
        Assert.Null(settings.Init);
        Assert.Equal(LockingMethod.Auto, settings.Locking);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, settings.Permissions);
        Assert.Equal(TimeSpan.FromSeconds(5), settings.LockTimeout);
        Assert.Equal(TimeSpan.FromSeconds(10), settings.RequestTimeout);
        Assert.Equal(TimeSpan.FromSeconds(1), settings.GroupTimeout);
        Assert.Equal(16_384, settings.MaxQueue);
        Assert.Equal(1024, settings.MaxBatchCount);
        Assert.Equal(TimeSpan.FromMilliseconds(2), settings.MaxBatchTime);
        Assert.Equal(100, settings.TurnPause.TotalMicroseconds, 1.0);
        Assert.Equal(TimeSpan.FromMilliseconds(1), settings.MinBackoff);
        Assert.Equal(TimeSpan.FromMilliseconds(50), settings.MaxBackoff);
        Assert.Equal("netshm.table-dispatcher", settings.Dispatcher);
    }

    [Fact]
    public void A_table_s_own_section_overrides_the_default()
    {
        TableSettings settings = Open("own", """
            location = "file:/tmp/{name}.table", page-size = 512, init = 7, locking = record, permissions = 660
            lock-timeout = infinite, max-queue = 5
            """);
        Assert.Equal(SharedMemoryName.File("/tmp/own.table"), settings.Location);
        Assert.Equal((512, 7, 5), (settings.PageSize, settings.Init, settings.MaxQueue));
        Assert.Equal(LockingMethod.Record, settings.Locking);
        Assert.Equal(Timeout.InfiniteTimeSpan, settings.LockTimeout);
    }

    [Theory]
    [InlineData("page-sice = 512", "page-sice")]
    [InlineData("page-size = 17", "page-size")]
    [InlineData("locking = futile", "none, record")]
    [InlineData("permissions = 9", "octal")]
    [InlineData("lock-timeout = soon", "infinite")]
    [InlineData("max-queue = 0", "max-queue")]
    [InlineData("location = nowhere", "nowhere")]
    public void A_wrong_key_or_value_is_named_with_what_is_allowed(string setting, string named)
    {
        ConfigurationException e = Assert.Throws<ConfigurationException>(() => Open("wrong", setting));
        Assert.Contains(named, e.Message, StringComparison.Ordinal);
    }

    private static TableSettings Open(string table, string settings)
    {
        Config config = ConfigurationFactory
            .ParseString($"netshm.table.{table} {{ {settings} }}")
            .WithFallback(NetshmExtension.DefaultConfig());
        return NetshmSettings.Create(config).Table(table);
    }
}

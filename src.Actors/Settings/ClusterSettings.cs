using Akka.Configuration;
using Netshm.Actors.Settings;

namespace Netshm.Actors.Cluster;

/// <summary>
/// The section <c>netshm.cluster</c> of an actor system's configuration. The package's <c>reference.conf</c> describes
/// each setting.
/// </summary>
public sealed record ClusterSettings
{
    private ClusterSettings(SettingsReader cluster)
    {
        Host = cluster.TextOr("auto", "host");
        Role = cluster.TextOr("any", "role");

        var remote = cluster.Section("remote");
        RequestTimeout = remote.TimeOrInfinite("request-timeout");
        RemoteSilence = remote.Time("silence");
        MaxWaiting = remote.Int32("max-waiting", 1, int.MaxValue);

        var publish = cluster.Section("publish");
        ElectionInterval = publish.Time("election-interval");
        PublishBatchCount = publish.Int32("batch-count", 1, 1 << 16);
        PublishBatchTime = publish.Time("batch-time");
        HeartbeatInterval = publish.Time("heartbeat-interval");

        var follow = cluster.Section("follow");
        FollowSilence = follow.Time("silence");
        if (FollowSilence < HeartbeatInterval)
            throw follow.Wrong("silence", follow.Text("silence"), "at least publish.heartbeat-interval");
        ReplayCount = follow.Int32("replay-count", 1, 1 << 16);

        NearCacheMaxEntries = cluster.Section("near-cache").Int32("max-entries", 2, int.MaxValue);
        ReportInterval = cluster.Section("overview").Time("report-interval");
    }

    /// <summary>
    /// The name of the host, or null to take the host of the actor system's address (<c>host</c>).
    /// </summary>
    public string? Host { get; }

    /// <summary>The role of the nodes that the overview lives on, or null for all (<c>role</c>).</summary>
    public string? Role { get; }

    /// <summary>
    /// How long a request without a timeout of its own may take (<c>remote.request-timeout</c>).
    /// </summary>
    public TimeSpan RequestTimeout { get; }

    /// <summary>
    /// After what time without an answer another process of the host is looked for (<c>remote.silence</c>).
    /// </summary>
    public TimeSpan RemoteSilence { get; }

    /// <summary>How many requests of one reference may be under way (<c>remote.max-waiting</c>).</summary>
    public int MaxWaiting { get; }

    /// <summary>How often a process tries to become the publisher (<c>publish.election-interval</c>).</summary>
    public TimeSpan ElectionInterval { get; }

    /// <summary>How many changes one message has at most (<c>publish.batch-count</c>).</summary>
    public int PublishBatchCount { get; }

    /// <summary>For how long changes are gathered for one message (<c>publish.batch-time</c>).</summary>
    public TimeSpan PublishBatchTime { get; }

    /// <summary>
    /// How often the publisher tells the last number when nothing happens (<c>publish.heartbeat-interval</c>).
    /// </summary>
    public TimeSpan HeartbeatInterval { get; }

    /// <summary>
    /// After what time without a message a follower asks for changes itself (<c>follow.silence</c>).
    /// </summary>
    public TimeSpan FollowSilence { get; }

    /// <summary>How many changes a follower asks for at a time (<c>follow.replay-count</c>).</summary>
    public int ReplayCount { get; }

    /// <summary>How many entries a near cache keeps (<c>near-cache.max-entries</c>).</summary>
    public int NearCacheMaxEntries { get; }

    /// <summary>How often a node reports its tables (<c>overview.report-interval</c>).</summary>
    public TimeSpan ReportInterval { get; }

    /// <summary>Reads the section <c>netshm.cluster</c>.</summary>
    /// <exception cref="ConfigurationException">A key or a value is wrong; the message tells what is allowed.</exception>
    internal static ClusterSettings Create(SettingsReader section) => new(section);
}

using Akka.Configuration;
using Akka.Configuration.Hocon;
using Netshm.Actors.Settings;

namespace Netshm.Actors.Cluster;

/// <summary>How a partition gets its contents when it moves to a host that has no current copy of it.</summary>
public enum HandOver
{
    /// <summary>The contents are streamed from the host that has them before the partition serves.</summary>
    Stream,

    /// <summary>The partition begins empty.</summary>
    Cold,
}

/// <summary>
/// How a partition begins when no node of the cluster knows which copy counts, and it can't be proven that the newest one
/// found is the last one: all nodes were down, and not all hosts have come back yet.
/// </summary>
public enum WithoutProof
{
    /// <summary>It begins empty.</summary>
    Cold,

    /// <summary>It begins with the newest copy that was found, which may be a stale one.</summary>
    Newest,
}

/// <summary>
/// The settings of one sharded table: those of <c>netshm.sharded-table.NAME</c> over those of
/// <c>netshm.default-sharded-table</c>. The package's <c>reference.conf</c> describes each of them.
/// </summary>
public sealed record ShardedTableSettings
{
    private const string NamePlaceholder = "{name}";
    private const string AnyRole = "any";
    private const int MaxPartitions = 10_000;
    private const int MinChunkSize = 1024;
    private const int MaxChunkSize = 1 << 24;

    private ShardedTableSettings(string name, SettingsReader section)
    {
        Location = section.Parsed(
            "location", text => SharedMemoryName.Parse(text.Replace(NamePlaceholder, name, StringComparison.Ordinal)));
        if (Location.Type != SharedMemoryType.File)
            throw section.Wrong("location", section.Text("location"), "local:NAME or file:/PATH");
        Partitions = section.Int32("partitions", 1, MaxPartitions);
        Role = section.Text("role") is var role and not AnyRole ? role : null;
        HandOver = section.Choice<HandOver>("hand-over");
        WithoutProof = section.Choice<WithoutProof>("without-proof");
        PeerTimeout = section.Time("peer-timeout");
        RetryInterval = section.Time("retry-interval");
        ChunkSizeInBytes = section.Int32("chunk-size", MinChunkSize, MaxChunkSize);
    }

    /// <summary>What the names of the table's files on each host begin with (<c>location</c>).</summary>
    public SharedMemoryName Location { get; }

    /// <summary>The number of partitions (<c>partitions</c>).</summary>
    public int Partitions { get; }

    /// <summary>The role of the nodes that keep partitions, or null for all nodes (<c>role</c>).</summary>
    public string? Role { get; }

    /// <summary>What happens when a partition moves to another host (<c>hand-over</c>).</summary>
    public HandOver HandOver { get; }

    /// <summary>What happens when no node knows which copy counts (<c>without-proof</c>).</summary>
    public WithoutProof WithoutProof { get; }

    /// <summary>How long a partition's new owner waits for other hosts (<c>peer-timeout</c>).</summary>
    public TimeSpan PeerTimeout { get; }

    /// <summary>The pause between two attempts at the same (<c>retry-interval</c>).</summary>
    public TimeSpan RetryInterval { get; }

    /// <summary>The size of the pieces of a hand-over's stream (<c>chunk-size</c>).</summary>
    public int ChunkSizeInBytes { get; }

    /// <summary>Reads the settings of a sharded table.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="config">
    /// The whole configuration, with <see cref="NetshmExtension.DefaultConfig"/> as a fallback.
    /// </param>
    /// <exception cref="ConfigurationException">
    /// A key or a value is wrong; the message tells what is allowed.
    /// </exception>
    public static ShardedTableSettings Create(string name, Config config)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(config);
        Config section = config.GetConfig("netshm.default-sharded-table");
        foreach ((string key, HoconValue own) in config.GetConfig("netshm.sharded-table").AsEnumerable())
        {
            if (key == name)
                section = new Config(new HoconRoot(own)).WithFallback(section);
        }

        return new ShardedTableSettings(name, new SettingsReader(section, $"netshm.sharded-table.{name}"));
    }
}

using Akka.Configuration;
using Netshm.Actors.Settings;

namespace Netshm.Actors.Cluster;

/// <summary>
/// The section <c>cluster</c> of one table's settings. The package's <c>reference.conf</c> describes each of them.
/// </summary>
public sealed record TableClusterSettings
{
    private TableClusterSettings(SettingsReader section)
    {
        Expose = section.Switch("expose");
        ClientWrites = section.Switch("client-writes");
    }

    /// <summary>Whether other nodes can reach the table, and cluster clients can read it (<c>expose</c>).</summary>
    public bool Expose { get; internal init; }

    /// <summary>Whether cluster clients, which are outside of the cluster, can modify it, too (<c>client-writes</c>).</summary>
    public bool ClientWrites { get; internal init; }

    /// <summary>Reads the section.</summary>
    /// <exception cref="ConfigurationException">A key or a value is wrong; the message tells what is allowed.</exception>
    internal static TableClusterSettings Create(SettingsReader section) => new(section);
}

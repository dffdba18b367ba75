using Akka.Configuration;

namespace Netshm.Actors.Cluster;

/// <summary>
/// The section <c>cluster</c> of one table's settings. The package's <c>reference.conf</c> describes each of them.
/// </summary>
public sealed record TableClusterSettings
{
    private TableClusterSettings(SettingsReader section) => Expose = section.Switch("expose");

    /// <summary>Whether other nodes and cluster clients can reach the table (<c>expose</c>).</summary>
    public bool Expose { get; internal init; }

    /// <summary>Reads the section.</summary>
    /// <exception cref="ConfigurationException">A key or a value is wrong; the message tells what is allowed.</exception>
    internal static TableClusterSettings Create(SettingsReader section) => new(section);
}

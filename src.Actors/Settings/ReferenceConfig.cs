using Akka.Configuration;

namespace Netshm.Actors.Settings;

/// <summary>The reference configuration, which has every setting with its default.</summary>
internal static class ReferenceConfig
{
    public static Config Load() => ConfigurationFactory.FromResource<NetshmSettings>("Netshm.Actors.reference.conf");
}

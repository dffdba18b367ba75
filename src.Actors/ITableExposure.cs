using Akka.Actor;
using Akka.Configuration;

namespace Netshm.Actors;

/// <summary>
/// The extension that makes tables with <c>cluster.expose = on</c> reachable from elsewhere. Only the configuration names it,
/// so that this layer does not depend on the one that has it.
/// </summary>
internal interface ITableExposure : IExtension
{
    private const string Setting = "netshm.table-exposure";

    /// <summary>The extension of an actor system, which is started with the first call.</summary>
    /// <exception cref="ConfigurationException">The setting names no such extension, or it can't be started.</exception>
    static ITableExposure Of(ExtendedActorSystem system)
    {
        string provider = system.Settings.Config.GetString(Setting);
        return Type.GetType(provider) is { } type && type.IsAssignableTo(typeof(IExtensionId))
            && system.RegisterExtension((IExtensionId)Activator.CreateInstance(type)!) is ITableExposure exposure
                ? exposure
                : throw new ConfigurationException(
                    $"{Setting} = {provider}: expected the type of the provider of an extension that exposes tables");
    }

    /// <summary>Makes a table that was opened, or opened again, reachable.</summary>
    void Expose(TableRef table);
}

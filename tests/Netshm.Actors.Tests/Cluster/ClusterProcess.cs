using Netshm.TestKit;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Starts nodes of a cluster in processes of their own.</summary>
internal static class ClusterProcess
{
    /// <summary>Starts the tests' worker program with a command.</summary>
    public static ChildProcess Start(params string[] command)
    {
        string assembly = Path.Combine(AppContext.BaseDirectory, "Netshm.Actors.Worker.dll");
        return ChildProcess.Start(
            $"Netshm.Actors.Worker {string.Join(' ', command)}", "dotnet", ["exec", assembly, .. command]);
    }
}

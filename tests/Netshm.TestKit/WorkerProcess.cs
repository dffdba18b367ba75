namespace Netshm.TestKit;

/// <summary>Starts the tests' worker program, tests/Netshm.Worker, in a process of its own.</summary>
public static class WorkerProcess
{
    private static string Assembly => Path.Combine(AppContext.BaseDirectory, "Netshm.Worker.dll");

    /// <summary>Starts <c>Netshm.Worker COMMAND ARGUMENT...</c>.</summary>
    /// <param name="command">The worker's command and its arguments.</param>
    public static ChildProcess Start(params string[] command) => Start(null, command);

    /// <summary>Starts the worker with another limit than the default for each wait.</summary>
    public static ChildProcess Start(TimeSpan? patience, params string[] command)
    {
        if (!File.Exists(Assembly))
            throw new FileNotFoundException("The test project doesn't reference Netshm.Worker", Assembly);
        string description = $"Netshm.Worker {string.Join(' ', command)}";
        return ChildProcess.Start(description, "dotnet", ["exec", Assembly, .. command], patience);
    }
}

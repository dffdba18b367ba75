namespace Netshm.TestKit;

/// <summary>Starts the tests' worker program, tests/Netshm.Worker, in a process of its own.</summary>
public static class WorkerProcess
{
    private static readonly string[] _pidNamespace = ["--pid", "--fork", "--mount-proc", "--kill-child"];

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

    /// <summary>Starts the worker as the first process of a PID namespace of its own.</summary>
    public static ChildProcess StartInPidNamespace(params string[] command) => ChildProcess.Start(
        $"Netshm.Worker {string.Join(' ', command)} in a PID namespace",
        "unshare",
        [.. _pidNamespace, "dotnet", "exec", Assembly, .. command],
        killsDescendants: true); // Killed just after it forks, unshare has not had the time to make that its child's business.

    /// <summary>Starts the worker with another umask.</summary>
    /// <param name="umask">The umask, in octal digits.</param>
    /// <param name="command">The worker's command and its arguments.</param>
    public static ChildProcess StartWithUmask(string umask, params string[] command) => ChildProcess.Start(
        $"Netshm.Worker {string.Join(' ', command)} with umask {umask}",
        "sh",
        ["-c", $"umask {umask} && exec \"$@\"", "sh", "dotnet", "exec", Assembly, .. command]);

    /// <summary>Starts the worker with a limit to the number of files that it may have open.</summary>
    /// <param name="limit">The limit.</param>
    /// <param name="command">The worker's command and its arguments.</param>
    public static ChildProcess StartWithFileLimit(int limit, params string[] command) => ChildProcess.Start(
        FormattableString.Invariant($"Netshm.Worker {string.Join(' ', command)} with {limit} files"),
        "prlimit",
        [FormattableString.Invariant($"--nofile={limit}:{limit}"), "dotnet", "exec", Assembly, .. command]);

    /// <summary>Starts a copy of the worker, which takes libraries from the directory it is in.</summary>
    /// <param name="directory">The directory; the copy is made there unless there is one.</param>
    /// <param name="command">The worker's command and its arguments.</param>
    public static ChildProcess StartCopyIn(string directory, params string[] command)
    {
        foreach (string pattern in (string[])["Netshm.Worker.*", "Netshm.dll"])
        {
            foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, pattern))
                File.Copy(file, Path.Combine(directory, Path.GetFileName(file)), overwrite: true);
        }

        string copy = Path.Combine(directory, Path.GetFileName(Assembly));
        return ChildProcess.Start($"{copy} {string.Join(' ', command)}", "dotnet", ["exec", copy, .. command]);
    }

    /// <summary>Starts the worker as another user with one group; only root may.</summary>
    /// <param name="userId">The user's number.</param>
    /// <param name="groupId">The group's number.</param>
    /// <param name="command">The worker's command and its arguments.</param>
    public static ChildProcess StartAs(int userId, int groupId, params string[] command) => ChildProcess.Start(
        FormattableString.Invariant($"Netshm.Worker {string.Join(' ', command)} of user {userId}"),
        "setpriv",
        [
            FormattableString.Invariant($"--reuid={userId}"), FormattableString.Invariant($"--regid={groupId}"),
            "--clear-groups", "dotnet", "exec", Assembly, .. command,
        ]);

    /// <summary>Whether PID namespaces can be made here.</summary>
    public static bool HasPidNamespaces { get; } = TryPidNamespace();

    private static bool TryPidNamespace()
    {
        try
        {
            using ChildProcess trial = ChildProcess.Start("unshare", "unshare", [.. _pidNamespace, "true"]);
            _ = trial.Finish();
            return true;
        }
        catch (Exception e) when (e is ChildProcessException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Runs what may wait for a table's lock, which a stopped process can hold for any time, on a thread of its own. The threads of
/// actors and of the pool are shared: some that wait would keep everybody from going on.
/// </summary>
internal static class OwnThread
{
    /// <summary>Runs it, and gives what it returns or throws.</summary>
    public static Task<T> Run<T>(Func<T> work) => Task.Factory.StartNew(
        work, CancellationToken.None, TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);

    /// <inheritdoc cref="Run{T}(Func{T})"/>
    public static Task Run(Action work) => Run(() =>
    {
        work();
        return true;
    });
}

namespace Netshm.Actors;

/// <summary>What a request is executed with.</summary>
/// <param name="Table">The table, locked as the request needs it.</param>
/// <param name="GroupTimeout">How long a group's body may run, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
internal readonly record struct Execution(ShmTable Table, TimeSpan GroupTimeout);

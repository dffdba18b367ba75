namespace Netshm.Actors;

/// <summary>
/// Published on the actor system's event stream when a table that was quarantined is open again: see
/// <see cref="TableQuarantined"/>. The references to it work as before.
/// </summary>
/// <param name="Table">The table's name in the configuration.</param>
/// <param name="Location">Where the table lies.</param>
public sealed record TableReopened(string Table, SharedMemoryName Location);

namespace Netshm.Actors;

/// <summary>
/// Published on the actor system's event stream when this process has brought a table in order after another process
/// died while it modified it, also when that was found on opening. Nothing needs to be done about it.
/// </summary>
/// <param name="Table">The table's name in the configuration.</param>
/// <param name="Location">Where the table lies.</param>
/// <param name="Recovery">What was done.</param>
public sealed record TableRecovered(string Table, SharedMemoryName Location, TableRecovery Recovery);

namespace Netshm.Actors;

/// <summary>
/// Published on the actor system's event stream when a table is found damaged. Its actor lets the table go and fails every
/// request with the exception; other tables go on. It is opened anew when it has been mended: see <see cref="TableReopened"/>.
/// </summary>
/// <param name="Table">The table's name in the configuration.</param>
/// <param name="Location">Where the table lies.</param>
/// <param name="Cause">What was found, and where.</param>
public sealed record TableQuarantined(string Table, SharedMemoryName Location, Exception Cause);

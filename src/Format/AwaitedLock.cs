namespace Netshm;

/// <summary>A lock that is waited for, somewhere behind a table's holder.</summary>
/// <param name="TableId">The table's number.</param>
/// <param name="Epoch">Which hold of its lock is waited out.</param>
/// <param name="Heartbeat">Goes up as long as the thread that waits for it does.</param>
/// <param name="LargestThread">The largest number of a thread on the way to it.</param>
public readonly record struct AwaitedLock(long TableId, long Epoch, long Heartbeat, long LargestThread);

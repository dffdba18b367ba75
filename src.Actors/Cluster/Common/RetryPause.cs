namespace Netshm.Actors.Cluster.Common;

/// <summary>
/// The pauses between the tries of an operation that others were faster than: of random length, twice as long each time, so that
/// many who want the same don't meet again and again; and never beyond the deadline of the whole.
/// </summary>
internal sealed class RetryPause(CallDeadline deadline)
{
    private const int LongestInMilliseconds = 64;

    private int _limit = 1;

    /// <summary>Waits before the next try.</summary>
    /// <exception cref="RequestTimeoutException">There is no time left for another one.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        TimeSpan pause = TimeSpan.FromMilliseconds(Random.Shared.NextDouble() * _limit);
        _limit = Math.Min(2 * _limit, LongestInMilliseconds);
        await Task.Delay(deadline.IsNever || deadline.Left > pause ? pause : deadline.Left, cancellationToken)
            .ConfigureAwait(false);
        if (deadline.HasPassed)
        {
            throw new RequestTimeoutException(
                "others changed the value each time it was to be changed, until the deadline; nothing was done");
        }
    }
}

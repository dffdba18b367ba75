using Netshm.Actors.Cluster.Common;
using Netshm.Actors.Cluster.Protocol;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>A question to a table on another host, with the promise of its answer.</summary>
internal sealed class RemoteAsk(object question, bool isWrite, CallDeadline deadline)
{
    private readonly TaskCompletionSource<Answer> _promise =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CancellationTokenRegistration _cancellation;

    /// <summary>What to ask.</summary>
    public object Question { get; } = question;

    /// <summary>Whether sending it twice might do something twice.</summary>
    public bool IsWrite { get; } = isWrite;

    /// <summary>The moment from which on nobody waits for the answer any more.</summary>
    public CallDeadline Deadline { get; } = deadline;

    /// <summary>The gate it was sent to last, or null before it was sent.</summary>
    public string? SentTo { get; set; }

    public Task<Answer> Answer => _promise.Task;

    /// <summary>Whether it has an answer, or nobody wants one.</summary>
    public bool IsDone => _promise.Task.IsCompleted;

    /// <summary>Lets the token end the waiting.</summary>
    public void CancelWith(CancellationToken token) => _cancellation = token.UnsafeRegister(
        static (ask, token) => ((RemoteAsk)ask!)._promise.TrySetCanceled(token), this);

    public void Succeed(Answer answer)
    {
        _cancellation.Unregister();
        _promise.TrySetResult(answer);
    }

    public void Fail(Exception error)
    {
        _cancellation.Unregister();
        _promise.TrySetException(error);
    }
}

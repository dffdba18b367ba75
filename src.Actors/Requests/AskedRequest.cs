namespace Netshm.Actors;

/// <summary>
/// A request of a <see cref="TableRef"/>: it carries the promise, so that no actor has to wait for the reply.
/// </summary>
internal sealed class AskedRequest<T>(TableProtocol.Request request, long deadline, Func<object, T> resultOf)
    : PendingRequest(request, deadline)
{
    private readonly TaskCompletionSource<T> _promise = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _cancellation;

    public Task<T> Result => _promise.Task;

    /// <summary>Lets the token cancel it as long as it is not being executed.</summary>
    public void CancelWith(CancellationToken token) => _cancellation = token.UnsafeRegister(
        static (request, token) => ((AskedRequest<T>)request!).Cancel(token), this);

    public override void Fail(Exception failure)
    {
        _cancellation.Unregister();
        _promise.SetException(failure);
    }

    protected override void Reply(object reply)
    {
        _cancellation.Unregister();
        _promise.SetResult(resultOf(reply));
    }

    private void Cancel(CancellationToken token)
    {
        if (TryClaim())
            _promise.SetCanceled(token);
    }
}

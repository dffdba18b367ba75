namespace Netshm.Actors.Requests;

/// <summary>
/// A request of a <see cref="TableRef"/>: it carries the promise, so that no actor has to wait for the reply.
/// </summary>
internal sealed class AskedRequest<T>(TableProtocol.Request request, long deadline, Func<object, T> resultOf)
    : PendingRequest(request, deadline)
{
    /// <summary>What awaits it goes on where it is kept: see <see cref="AnswerRun"/>.</summary>
    private readonly TaskCompletionSource<T> _promise = new();
    private CancellationTokenRegistration _cancellation;

    public Task<T> Result => _promise.Task;

    public override bool RunsCodeOfItsCaller => true;

    /// <summary>Lets the token cancel it as long as it is not being executed.</summary>
    public void CancelWith(CancellationToken token) => _cancellation = token.UnsafeRegister(
        static (request, token) => ((AskedRequest<T>)request!).Cancel(token), this);

    public override void Unclaim()
    {
        base.Unclaim();
        if (_cancellation.Token.IsCancellationRequested)
            Cancel(_cancellation.Token); // It came while it could not be heard.
    }

    protected override void Fail(Exception failure)
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
            ThreadPool.UnsafeQueueUserWorkItem(_ => _promise.SetCanceled(token), null);
    }
}

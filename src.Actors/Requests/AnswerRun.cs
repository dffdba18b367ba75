namespace Netshm.Actors.Requests;

/// <summary>Answers requests on the thread pool, since an answer runs the code of whoever awaits it.</summary>
/// <remarks>
/// One work item serves many requests. The code that an answer runs may block, even until another request of the same
/// run is answered; so as long as requests are left, the run stands in the pool's queue once more, and another thread
/// goes on with them.
/// </remarks>
internal sealed class AnswerRun : IThreadPoolWorkItem
{
    private readonly PendingRequest[] _requests;
    private int _taken;

    private AnswerRun(PendingRequest[] requests) => _requests = requests;

    /// <summary>Answers the requests: those whose answer is a message at once, the others on the pool.</summary>
    public static void Start(ReadOnlySpan<PendingRequest> requests)
    {
        var promises = new PendingRequest[requests.Length];
        int count = 0;
        foreach (PendingRequest request in requests)
        {
            if (request.RunsCodeOfItsCaller)
                promises[count++] = request;
            else
                request.Answer();
        }

        if (count == 0)
            return;
        Array.Resize(ref promises, count);
        ThreadPool.UnsafeQueueUserWorkItem(new AnswerRun(promises), preferLocal: false);
    }

    /// <summary>Answers the requests that nobody has taken yet; called by the pool.</summary>
    public void Execute()
    {
        if (Volatile.Read(ref _taken) < _requests.Length - 1)
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        for (int next = Take(); next < _requests.Length; next = Take())
            _requests[next].Answer();
    }

    private int Take() => Interlocked.Increment(ref _taken) - 1;
}

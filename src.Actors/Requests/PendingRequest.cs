using System.Diagnostics;
using Netshm.Actors.Groups;
using Netshm.Actors.Protocol;

namespace Netshm.Actors.Requests;

/// <summary>A request on its way through a table actor, with whoever waits for its answer.</summary>
/// <remarks>
/// Several may want to answer it: the table's thread that executes it, the timer when its deadline passes, its
/// sender who cancels it, the queue that is closed. Whoever <see cref="TryClaim"/> lets through answers, the others
/// leave it alone; so a request whose deadline was answered is never executed.
/// </remarks>
internal abstract class PendingRequest(TableProtocol.Request request, long deadline)
{
    private const int Waiting = 0, Claimed = 1;

    private int _state = Waiting;
    private object? _reply;
    private Exception? _failure;

    public TableProtocol.Request Request { get; } = request;

    /// <summary>The <see cref="Stopwatch.GetTimestamp"/> from which on it may not be executed any more.</summary>
    public long Deadline { get; } = deadline;

    /// <summary>Whether its answer runs code that awaits it, so that it belongs on the thread pool.</summary>
    public abstract bool RunsCodeOfItsCaller { get; }

    public bool IsClaimed => Volatile.Read(ref _state) == Claimed;

    /// <summary>Gains the right, and the duty, to answer it; only the first caller does.</summary>
    public bool TryClaim() => Interlocked.CompareExchange(ref _state, Claimed, Waiting) == Waiting;

    /// <summary>Gives the right to answer it back, so that it waits again.</summary>
    public virtual void Unclaim() => Volatile.Write(ref _state, Waiting);

    /// <summary>Executes it under the table's lock and keeps the reply for <see cref="Answer"/>.</summary>
    public void Execute(ShmTable table, TimeSpan maxGroupTime)
    {
        _reply = Request.Execute(new Execution(table, Deadline, maxGroupTime));
        if (_reply is GroupFailure failure)
            KeepFailure(failure.Cause);
    }

    /// <summary>Keeps a failure for <see cref="Answer"/>.</summary>
    public void KeepFailure(Exception failure) => _failure = failure;

    /// <summary>Sends what was kept to whoever waits for it.</summary>
    public void Answer()
    {
        if (_failure is not null)
            Fail(_failure);
        else
            Reply(_reply!);
    }

    protected abstract void Fail(Exception failure);

    protected abstract void Reply(object reply);
}

using System.Diagnostics;
using Netshm.Actors.Common;

namespace Netshm.Actors.Groups;

/// <summary>
/// Runs the body of a delegate group: on a <see cref="BodyThread"/>, while the table's thread holds the lock and
/// executes the body's operations for it. So a body that doesn't end can be abandoned and the table be given free,
/// although locks belong to threads.
/// </summary>
internal sealed class GroupSession
{
    private readonly object _monitor = new();
    private readonly ShmTable _table;
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly TimeSpan _timeout;
    private readonly Func<TableGroup, object?> _body;
    private readonly TaskCompletionSource<object?> _outcome = new();
    private volatile Call? _waiting;
    private volatile bool _hasEnded;
    private bool _isClosed;
    private int _modifications;
    private Exception? _tableFailure;

    private GroupSession(Func<TableGroup, object?> body, ShmTable table, TimeSpan timeout)
    {
        _body = body;
        _table = table;
        _timeout = timeout;
    }

    /// <summary>Runs a body; the caller's thread holds the table's write lock.</summary>
    /// <returns>What the body returned, or <see cref="GroupFailure"/> with what it threw.</returns>
    /// <exception cref="GroupTimeoutException">The body took too long and was cut off from the table.</exception>
    /// <exception cref="IncompleteGroupException">A lock could not be had after something was modified.</exception>
    /// <remarks>
    /// What an operation on the table threw and the body let pass is thrown here too: a
    /// <see cref="LockTimeoutException"/> then means that the body can be run again, since it has modified nothing.
    /// </remarks>
    public static object? Run(Func<TableGroup, object?> body, ShmTable table, TimeSpan timeout)
    {
        var session = new GroupSession(body, table, timeout);
        BodyThread.Start(session);
        session.Serve();
        try
        {
            return session._outcome.Task.GetAwaiter().GetResult();
        }
        catch (Exception e) when (e != session._tableFailure)
        {
            return new GroupFailure(e);
        }
        catch (LockTimeoutException e) when (session._modifications > 0)
        {
            throw new IncompleteGroupException(
                $"{table.Name}: the group was interrupted after it had modified the table: {e.Message}",
                session._modifications, e);
        }
    }

    /// <summary>Has an operation executed by the table's thread; called by the body's thread.</summary>
    public T Execute<T>(Func<ShmTable, T> operation, bool isWrite)
    {
        var call = new Call<T>(operation, isWrite);
        lock (_monitor)
        {
            while (_waiting is not null && !_isClosed)
                Monitor.Wait(_monitor); // Another thread of the same body goes first.
            if (_isClosed)
                throw TookTooLong();
            _waiting = call;
            Monitor.PulseAll(_monitor);
        }

        Spin.Until(call, static call => call.IsDone);
        if (!call.IsDone)
            WaitFor(call);
        return call.Result;
    }

    /// <summary>Runs the body, and keeps what it returns or throws.</summary>
    public void RunBody()
    {
        try
        {
            object? result = _body(new TableGroup(this));

            // A message's body returns an object, whose type is known only now: better late than silently half a group.
            if (result is Task)
                throw TaskDelegate.Error();
            _outcome.SetResult(result);
        }
        catch (Exception e)
        {
            _outcome.SetException(e); // It is the group's: thrown to its caller.
        }
    }

    /// <summary>Lets the table's thread know that the body has run.</summary>
    public void End()
    {
        lock (_monitor)
        {
            _hasEnded = true;
            Monitor.PulseAll(_monitor);
        }
    }

    /// <summary>Executes the body's operations until the body ends or its time is over.</summary>
    private void Serve()
    {
        while (NextCall() is { } call)
        {
            call.ExecuteOn(_table);
            lock (_monitor)
            {
                _modifications += call.IsWrite && call.Failure is null ? 1 : 0;
                _tableFailure = call.Failure ?? _tableFailure;
                call.IsDone = true;
                _waiting = null;
                Monitor.PulseAll(_monitor);
            }
        }
    }

    private void WaitFor(Call call)
    {
        lock (_monitor)
        {
            while (!call.IsDone && !_isClosed)
                Monitor.Wait(_monitor);
            if (!call.IsDone)
                throw TookTooLong();
        }
    }

    private Call? NextCall()
    {
        Spin.Until(this, static session => session._waiting is not null || session._hasEnded);
        lock (_monitor)
        {
            // A body that always has a call waiting is as late as one that has none, so the clock comes first.
            while (!_hasEnded && !IsLate(out int millisecondsLeft))
            {
                if (_waiting is { } call)
                    return call;
                Monitor.Wait(_monitor, millisecondsLeft);
            }

            _isClosed = true;
            Monitor.PulseAll(_monitor);
            return _hasEnded ? null : throw TookTooLong();
        }
    }

    /// <summary>Whether the body's time is over, and else how long it has left.</summary>
    private bool IsLate(out int millisecondsLeft)
    {
        millisecondsLeft = Timeout.Infinite;
        if (_timeout == Timeout.InfiniteTimeSpan)
            return false;
        TimeSpan left = _timeout - Stopwatch.GetElapsedTime(_start);
        millisecondsLeft = (int)Math.Clamp(Math.Ceiling(left.TotalMilliseconds), 0, int.MaxValue);
        return left <= TimeSpan.Zero;
    }

    private GroupTimeoutException TookTooLong() => new(FormattableString.Invariant(
        $"{_table.Name}: the group's body was not done within {_timeout.TotalMilliseconds} ms and lost the table"));

    /// <summary>An operation of the body on its way to the table's thread and back.</summary>
    private abstract class Call(bool isWrite)
    {
        private bool _isDone;

        public bool IsWrite { get; } = isWrite;

        public bool IsDone
        {
            get => Volatile.Read(ref _isDone);
            set => Volatile.Write(ref _isDone, value);
        }

        public Exception? Failure { get; protected set; }

        public abstract void ExecuteOn(ShmTable table);
    }

    private sealed class Call<T>(Func<ShmTable, T> operation, bool isWrite) : Call(isWrite)
    {
        private readonly TaskCompletionSource<T> _outcome = new();

        public T Result => _outcome.Task.GetAwaiter().GetResult();

        public override void ExecuteOn(ShmTable table)
        {
            try
            {
                _outcome.SetResult(operation(table));
            }
            catch (Exception e)
            {
                Failure = e;
                _outcome.SetException(e); // Thrown to the body by Result.
            }
        }
    }
}

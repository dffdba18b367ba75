using Netshm.Actors.Common;

namespace Netshm.Actors.Groups;

/// <summary>
/// Runs the bodies of a table's delegate groups, one after the other, so that they depend on no thread pool while the
/// table is locked. One that is stuck in a body is left to it, and another one is made.
/// </summary>
internal sealed class BodyThread
{
    /// <summary>How long it waits for another body before it ends.</summary>
    private const int PatienceInMilliseconds = 10_000;

    /// <summary>The one that belongs to this thread, a table's.</summary>
    [ThreadStatic]
    private static BodyThread? t_own;

    private readonly object _monitor = new();
    private volatile GroupSession? _session;
    private bool _hasEnded;

    private BodyThread(GroupSession first)
    {
        _session = first;
        new Thread(Loop) { IsBackground = true, Name = "netshm group" }.Start();
    }

    /// <summary>Has the body of a session run; called by the table's thread.</summary>
    public static void Start(GroupSession session)
    {
        if (t_own is null || !t_own.TryTake(session))
            t_own = new BodyThread(session);
    }

    private bool TryTake(GroupSession session)
    {
        lock (_monitor)
        {
            if (_session is not null || _hasEnded)
                return false;
            _session = session;
            Monitor.Pulse(_monitor);
            return true;
        }
    }

    private void Loop()
    {
        while (Next() is { } session)
        {
            session.RunBody();

            // Free before the table's thread hears of it, so that it finds this thread free for the next body.
            lock (_monitor)
                _session = null;
            session.End();
        }
    }

    private GroupSession? Next()
    {
        Spin.Until(this, static thread => thread._session is not null);
        lock (_monitor)
        {
            if (_session is null)
                Monitor.Wait(_monitor, PatienceInMilliseconds);
            _hasEnded = _session is null;
            return _session;
        }
    }
}

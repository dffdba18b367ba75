using Netshm.Actors.Cluster.Protocol;

namespace Netshm.Actors.Cluster.Changes;

/// <summary>The time for which this process is the publisher of a table: a thread that tails the feed.</summary>
internal sealed class Publication : IDisposable
{
    private readonly ShmTable _table;
    private readonly PublisherLock _lock;
    private readonly ClusterSettings _settings;
    private readonly int _maxCount;
    private readonly Action<Published> _publish;
    private volatile bool _isDisposed;

    /// <param name="table">The handle whose lock it is: when it is closed, the lock is gone.</param>
    /// <param name="held">The lock.</param>
    /// <param name="settings">How to publish.</param>
    /// <param name="maxCount">How many changes fit into a message.</param>
    /// <param name="publish">Called with each message.</param>
    public Publication(
        ShmTable table, PublisherLock held, ClusterSettings settings, int maxCount, Action<Published> publish)
    {
        _table = table;
        _lock = held;
        _settings = settings;
        _maxCount = Math.Clamp(settings.PublishBatchCount, ChangeBatch.MinCount, maxCount);
        _publish = publish;
    }

    /// <summary>Starts publishing.</summary>
    /// <param name="ended">Called at the end, with what has thrown.</param>
    public void Start(Action<Exception?> ended)
    {
        var thread = new Thread(() => ended(Run())) { IsBackground = true, Name = "netshm publisher" };
        thread.Start();
    }

    /// <summary>Gives the lock back. What is being published still is.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _lock.Dispose();
    }

    private Exception? Run()
    {
        try
        {
            // Followers that have missed what was before ask for it, once they know the last number.
            Tail(_table.ReadChanges());
            return null;
        }
        catch (Exception e) when (e is NetshmException or ObjectDisposedException)
        {
            return e;
        }
    }

    private void Tail(ChangeReader reader)
    {
        long feedId = _table.FeedId;
        var changes = new TableChange[_maxCount];
        _publish(new Published(feedId, reader.Next - 1, []));
        while (!_isDisposed)
        {
            if (!reader.Wait(_settings.HeartbeatInterval))
            {
                _publish(new Published(feedId, reader.Next - 1, []));
                continue;
            }

            Thread.Sleep(_settings.PublishBatchTime);
            int count;
            do
            {
                count = reader.Read(changes);
                if (count > 0)
                    _publish(new Published(feedId, reader.Next - 1, Sequence.Create<TableChange>(changes.AsSpan(0, count))));
            }
            while (count == changes.Length && !_isDisposed);
        }
    }
}

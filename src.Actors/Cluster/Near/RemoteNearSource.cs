using Akka.Actor;
using Netshm.Actors.Cluster.Changes;

namespace Netshm.Actors.Cluster.Near;

/// <summary>A table of another host, whose changes a <see cref="ChangeFollower"/> tells.</summary>
internal sealed class RemoteNearSource<TKey, TValue> : NearSource<TKey, TValue>
{
    private readonly RemoteTypedTableRef<TKey, TValue> _table;
    private readonly NearEntries<TKey, TValue> _entries;
    private readonly IActorRef _follower;
    private volatile bool _isFound;

    /// <param name="table">The table.</param>
    /// <param name="entries">What is kept of it.</param>
    /// <param name="follow">Starts a follower that tells what it finds.</param>
    public RemoteNearSource(
        RemoteTypedTableRef<TKey, TValue> table,
        NearEntries<TKey, TValue> entries,
        Func<Action<object>, IActorRef> follow)
    {
        _table = table;
        _entries = entries;
        _follower = follow(Hear);
    }

    public override int HashOf(TKey key) => _table.HashOf(key);

    public override bool TryCatchUp() => _isFound;

    public override async ValueTask<(Option<TValue> Value, long AsOf)> ReadAsync(
        TKey key, CancellationToken cancellationToken) =>
        await _table.ReadAsync(key, null, cancellationToken).ConfigureAwait(false);

    public override void Dispose() => _follower.Tell(PoisonPill.Instance);

    private void Hear(object message)
    {
        switch (message)
        {
            case FeedFound:
                _entries.Clear(); // What was asked for since the beginning may lack changes that were not heard of.
                _isFound = true;
                break;
            case FeedSilent:
                _isFound = false;
                _entries.Clear();
                break;
            case TableChanges(_, _, _, var changes):
                foreach (TableChange change in changes.Span)
                    _entries.Apply(change);
                break;
        }
    }
}

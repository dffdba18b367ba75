using System.ComponentModel;
using Netshm.Actors.Groups;

namespace Netshm.Actors.Cluster;

/// <content>Overloads that a delegate which awaits is bound to, so that the compiler refuses it.</content>
public sealed partial class ShardedTable<TKey, TValue>
{
    /// <summary>Does not compile: the delegate must not await.</summary>
    [Obsolete(TaskDelegate.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task GroupAsync(
        Func<ShardedGroup<TKey, TValue>, Task> describe, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        throw TaskDelegate.Error();
}

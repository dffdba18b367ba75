using System.ComponentModel;
using Netshm.Actors.Groups;

namespace Netshm.Actors;

/// <content>Overloads that a delegate which awaits is bound to, so that the compiler refuses it.</content>
public sealed partial class TypedTableRef<TKey, TValue>
{
    /// <summary>Does not compile: the delegate must not await.</summary>
    [Obsolete(TaskDelegate.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task GroupAsync(
        Func<TypedTableGroup<TKey, TValue>, Task> body, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        throw TaskDelegate.Error();

    /// <summary>Does not compile: the delegate must not await.</summary>
    [Obsolete(TaskDelegate.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task<T> GroupAsync<T>(
        Func<TypedTableGroup<TKey, TValue>, Task<T>> body, TimeSpan? timeout = null, CancellationToken cancellationToken = default) =>
        throw TaskDelegate.Error();
}

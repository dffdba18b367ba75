using System.ComponentModel;

namespace Netshm;

/// <content>Overloads that a body which awaits is bound to, so that the compiler refuses it.</content>
public sealed partial class ShmHashtable<TKey, TValue>
{
    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Iterate(Func<TKey, TValue, Task> action) => throw TaskBody.Error(Table.Name);

    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void IterateKeys(Func<TKey, Task> action) => throw TaskBody.Error(Table.Name);
}

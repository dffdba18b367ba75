using System.ComponentModel;

namespace Netshm;

/// <content>Overloads that a body which awaits is bound to, so that the compiler refuses it.</content>
public sealed partial class ShmTable
{
    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task Group(Func<Task> body, GroupIntent intent = GroupIntent.Write) => throw TaskBody.Error(Name);

    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task<T> Group<T>(Func<Task<T>> body, GroupIntent intent = GroupIntent.Write) => throw TaskBody.Error(Name);

    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task Group<TState>(TState state, Func<TState, Task> body, GroupIntent intent = GroupIntent.Write) => throw TaskBody.Error(Name);

    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task<T> Group<TState, T>(TState state, Func<TState, Task<T>> body, GroupIntent intent = GroupIntent.Write) => throw TaskBody.Error(Name);

    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task Transact(Func<Task> body) => throw TaskBody.Error(Name);

    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Task<T> Transact<T>(Func<Task<T>> body) => throw TaskBody.Error(Name);

    /// <summary>Does not compile: the body must not await.</summary>
    [Obsolete(TaskBody.Refusal, error: true)]
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void IterateKeys(Func<int, Task> action) => throw TaskBody.Error(Name);
}

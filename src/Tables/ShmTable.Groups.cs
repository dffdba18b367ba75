namespace Netshm;

/// <content>Groups and transactions.</content>
public sealed partial class ShmTable
{
    /// <summary>
    /// Runs several operations as one (the original's <c>group</c>): no other process or thread comes between them.
    /// </summary>
    /// <remarks>
    /// What the group locks stays locked until the outermost group of the thread on this table ends. A group belongs
    /// to the thread that runs it, so its body must not await: one that returns a task does not compile. A body that
    /// only throws is written <c>void () => throw ...</c>. It does not roll back: what was done before an exception stays
    /// done.
    /// </remarks>
    /// <param name="body">The operations.</param>
    /// <param name="intent">What they are going to do; an inner group must not want more than a reading outer one.</param>
    /// <exception cref="InvalidTableOperationException">
    /// The body returns something else that can be awaited, a <see cref="ValueTask"/> for one. Nothing was locked.
    /// </exception>
    /// <exception cref="DeadlockException">
    /// Two groups wait for each other. Let the exception leave the outermost group and run that again.
    /// </exception>
    public T Group<T>(Func<T> body, GroupIntent intent = GroupIntent.Write)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Group(body, static body => body(), intent);
    }

    /// <inheritdoc cref="Group{T}(Func{T}, GroupIntent)"/>
    /// <remarks>With what the body needs passed on to it, a static body saves the allocation of a closure.</remarks>
    /// <param name="state">What the body is passed.</param>
    /// <param name="body">The operations.</param>
    /// <param name="intent">What they are going to do; an inner group must not want more than a reading outer one.</param>
    public T Group<TState, T>(TState state, Func<TState, T> body, GroupIntent intent = GroupIntent.Write)
    {
        ArgumentNullException.ThrowIfNull(body);
        TaskBody.Refuse<T>(Name);
        LockScope scope = _access.OpenGroup(intent);
        try
        {
            return body(state);
        }
        finally
        {
            _access.CloseGroup(scope);
        }
    }

    /// <inheritdoc cref="Group{T}(Func{T}, GroupIntent)"/>
    public void Group(Action body, GroupIntent intent = GroupIntent.Write)
    {
        ArgumentNullException.ThrowIfNull(body);
        _ = Group(
            body,
            static body =>
            {
                body();
                return true;
            },
            intent);
    }

    /// <summary>
    /// Runs several operations as one that happens as a whole or not at all: a group that takes everything back when its
    /// body throws, or when the process dies before the body has ended.
    /// </summary>
    /// <remarks>
    /// Locks the table for writing. May run inside a group, and inside another transaction, which it is a part of then.
    /// Its modifications must fit into the undo journal, which has room for some 65,000 records: a modification takes about
    /// 4, and at most one more for each page it takes or frees, or for each run of neighbouring ones; a block that is offered for editing takes one for each word.
    /// </remarks>
    /// <param name="body">The operations.</param>
    /// <exception cref="InvalidTableOperationException">
    /// The table's locking is not <see cref="LockingMethod.Futex"/>; or a callback or a reading group is running.
    /// </exception>
    /// <exception cref="TransactionTooLargeException">The journal is full; what was done is taken back.</exception>
    /// <inheritdoc cref="Group{T}(Func{T}, GroupIntent)" path="/exception"/>
    public T Transact<T>(Func<T> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Group((Table: this, Body: body), static call => call.Table.TransactLocked(call.Body));
    }

    /// <inheritdoc cref="Transact{T}(Func{T})"/>
    public void Transact(Action body)
    {
        ArgumentNullException.ThrowIfNull(body);
        _ = Transact(() =>
        {
            body();
            return true;
        });
    }

    /// <summary>
    /// Shows what the group that is open has done so far to those who read without a lock; the group goes on.
    /// </summary>
    /// <remarks>
    /// Otherwise readers of the keys it has modified wait for its end. For groups that are a row of independent
    /// modifications and only save locking. Does nothing outside of groups, in transactions, and with
    /// <see cref="LockingMethod.Record"/>, where all readers wait for the lock.
    /// </remarks>
    public void PublishGroup()
    {
        if (Table.Lock.IsWriteLockedByGroup)
            Table.Writing.Show();
    }

    private T TransactLocked<T>(Func<T> body)
    {
        WriteTransaction.Savepoint before = Table.Writing.BeginAtomic();
        try
        {
            T result = body();
            Table.Writing.CommitAtomic();
            return result;
        }
        catch
        {
            Table.Writing.RollBackAtomic(before);
            throw;
        }
    }
}

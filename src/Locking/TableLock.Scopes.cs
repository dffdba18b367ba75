namespace Netshm.Locking;

/// <content>Groups and callbacks.</content>
internal sealed partial class TableLock
{
    /// <summary>Begins a group, or one within the group that is open.</summary>
    /// <param name="hold">
    /// What <see cref="EnterRead"/> or <see cref="EnterWrite"/> returned, or <see cref="Hold.Inherited"/> to lock
    /// later; <see cref="CloseGroup"/> returns it.
    /// </param>
    /// <param name="intent">What the group may do.</param>
    public LockScope OpenGroup(Hold hold, GroupIntent intent)
    {
        LockScope scope = OpenScope(hold, intent);
        scope.Groups++;
        return scope;
    }

    /// <summary>Ends a group.</summary>
    /// <returns>What the caller has to release: what the scope holds, if that was the last one in it.</returns>
    public Hold CloseGroup(LockScope scope)
    {
        scope.Groups--;
        return PopWhenDone(scope);
    }

    /// <summary>Begins a callback; <see cref="EndCallback"/> returns the hold.</summary>
    public LockScope BeginCallback(Hold hold)
    {
        LockScope scope = OpenScope(hold, GroupIntent.Read);
        scope.Callbacks++;
        return scope;
    }

    /// <inheritdoc cref="CloseGroup"/>
    public Hold EndCallback(LockScope scope)
    {
        scope.Callbacks--;
        return PopWhenDone(scope);
    }

    private LockScope? FindScope()
    {
        LockScope? scope = t_innermost;
        while (scope is not null && scope.Table != this)
            scope = scope.Outer;
        return scope;
    }

    private LockScope OpenScope(Hold hold, GroupIntent intent)
    {
        LockScope? scope = FindScope();
        if (scope is null)
        {
            t_innermost = scope = new LockScope(this, intent, t_innermost);
            Interlocked.Increment(ref _scopes);
            if (intent == GroupIntent.OnDemand)
                Interlocked.Increment(ref _onDemandGroups);
            if (hold != Hold.Inherited)
                KeepInGroup(scope, hold);
        }

        return scope;
    }

    private Hold PopWhenDone(LockScope scope)
    {
        if (scope.Groups > 0 || scope.Callbacks > 0)
            return Hold.Inherited;

        // Scopes are opened and closed by nested calls on one thread, so the last one to be done is the innermost.
        t_innermost = scope.Outer;
        Interlocked.Decrement(ref _scopes);
        if (scope.Intent == GroupIntent.OnDemand)
            Interlocked.Decrement(ref _onDemandGroups);
        if (scope.Held != Hold.Inherited)
            WaitGraph.RemoveHolder(_gate);
        return scope.Held;
    }

    /// <summary>Leaves a hold to the thread's scope, when there is one, instead of to the operation.</summary>
    private Hold KeepInGroup(LockScope? scope, Hold hold)
    {
        if (scope is null)
            return hold;
        scope.Held = hold;
        WaitGraph.AddHolder(_gate);
        return Hold.Inherited;
    }
}

using Netshm.Actors.Groups;

namespace Netshm.Actors;

/// <summary>
/// The table as the delegate of a group sees it: locked for writing, so that nobody comes in between.
/// </summary>
/// <remarks>
/// <para>
/// The delegate runs on a thread of its own; each operation is executed by the table's thread, which holds the lock.
/// When the delegate takes longer than the setting <c>group-timeout</c>, or than its request's
/// deadline, the table goes on without it: its caller gets a <see cref="GroupTimeoutException"/>, and so does the
/// delegate at its next operation. Nothing is rolled back then, nor when the delegate throws.
/// </para>
/// <para>
/// When an OCaml process holds a binding's lock against the group, the delegate is run again from its start if it
/// had modified nothing yet; so keep other side effects out of it. The operations are those of
/// <see cref="ShmTable"/>. They can't be used after the delegate has returned.
/// </para>
/// </remarks>
public sealed class TableGroup
{
    private readonly GroupSession _session;

    internal TableGroup(GroupSession session) => _session = session;

    /// <summary>The number of bindings, hidden ones included.</summary>
    public int Count => Read(table => table.Count);

    /// <summary>Adds a binding that hides the older ones.</summary>
    public void Add(int key, ReadOnlySpan<int> value)
    {
        int[] words = value.ToArray();
        Write(table => table.Add(key, words));
    }

    /// <summary>Replaces the newest binding, or adds one.</summary>
    public void Replace(int key, ReadOnlySpan<int> value)
    {
        int[] words = value.ToArray();
        Write(table => table.Replace(key, words));
    }

    /// <summary>Removes the newest binding.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(int key) => _session.Execute(table => table.Remove(key), isWrite: true);

    /// <summary>The value of the newest binding.</summary>
    /// <exception cref="KeyNotFoundException">The key is not bound.</exception>
    public int[] Find(int key) => Read(table => table.Find(key));

    /// <summary>The value of the newest binding, or null when the key is not bound.</summary>
    public int[]? TryFind(int key) => Read(table => table.TryFind(key, out int[]? value) ? value : null);

    /// <summary>The values of all bindings of the key, newest first.</summary>
    public IReadOnlyList<int[]> FindAll(int key) => Read(table => table.FindAll(key));

    /// <summary>Whether the key is bound.</summary>
    public bool Contains(int key) => Read(table => table.Contains(key));

    internal T Read<T>(Func<ShmTable, T> operation) => _session.Execute(operation, isWrite: false);

    internal void Write(Action<ShmTable> operation) => _session.Execute(
        table =>
        {
            operation(table);
            return true;
        },
        isWrite: true);

    internal T Write<T>(Func<ShmTable, T> operation) => _session.Execute(operation, isWrite: true);
}

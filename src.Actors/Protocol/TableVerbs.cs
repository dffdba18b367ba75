using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Protocol;

/// <summary>A request to a table, and what its reply means.</summary>
internal readonly record struct TableVerb<T>(Request Request, Func<object, T> ResultOf);

/// <summary>
/// The verbs that a table understands wherever it is: its actor is asked for them, or a process elsewhere that has the table
/// open.
/// </summary>
internal static class TableVerbs
{
    public static TableVerb<object> Add(int key, ReadOnlySpan<int> value, TimeSpan? timeout) =>
        new(new Add(key, Sequence.Create(value)) { Timeout = timeout }, static reply => reply);

    public static TableVerb<object> Replace(int key, ReadOnlySpan<int> value, TimeSpan? timeout) =>
        new(new Replace(key, Sequence.Create(value)) { Timeout = timeout }, static reply => reply);

    public static TableVerb<bool> Remove(int key, TimeSpan? timeout) =>
        new(new Remove(key) { Timeout = timeout }, static reply => ((Removed)reply).WasBound);

    public static TableVerb<int[]?> TryFind(int key, TimeSpan? timeout) =>
        new(new Find(key) { Timeout = timeout }, static reply => reply is Found found ? found.Value.Array : null);

    public static TableVerb<IReadOnlyList<int[]>> FindAll(int key, TimeSpan? timeout) => new(
        new FindAll(key) { Timeout = timeout },
        static reply => [.. ((FoundAll)reply).Values.Select(value => value.Array)]);

    public static TableVerb<bool> Contains(int key, TimeSpan? timeout) =>
        new(new Contains(key) { Timeout = timeout }, static reply => ((Contained)reply).IsBound);

    public static TableVerb<int> Count(TimeSpan? timeout) =>
        new(new Count { Timeout = timeout }, static reply => ((Counted)reply).Bindings);

    public static TableVerb<object> Group(ReadOnlySpan<GroupOperation> operations, TimeSpan? timeout) =>
        new(new GroupOperations(Sequence.Create(operations)) { Timeout = timeout }, static reply => reply);

    public static TableVerb<IReadOnlyList<Binding>> Snapshot(TimeSpan? timeout) =>
        new(new TakeSnapshot { Timeout = timeout }, static reply => ((Snapshot)reply).Bindings);

    public static TableVerb<Checked> Check(TimeSpan? timeout) =>
        new(new Check { Timeout = timeout }, static reply => (Checked)reply);

    public static TableVerb<object> Flush(TimeSpan? timeout) =>
        new(new Flush { Timeout = timeout }, static reply => reply);
}

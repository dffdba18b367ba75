using System.Runtime.CompilerServices;
using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>What runs under a lock is one piece on one thread: it can't await.</summary>
public class TaskBodyTests
{
    private const string ObsoleteAsError = "CS0619";
    private const string Parameters = "ShmTable table, ShmHashtable<string, int> typed";

    [Theory]
    [InlineData("table.Group(async () => { await Task.Yield(); table.Add(1, [1]); });")]
    [InlineData("table.Group(async () => { await Task.Yield(); table.Add(1, [1]); }, GroupIntent.OnDemand);")]
    [InlineData("int one = await table.Group(async () => { await Task.Yield(); return 1; });")]
    [InlineData("await table.Group(() => Task.Delay(1));")]
    [InlineData("await table.Group(() => Task.FromResult(1));")]
    [InlineData("await table.Group(table, static async t => { await Task.Yield(); t.Add(1, [1]); });")]
    [InlineData("await table.Group(table, static async t => { await Task.Yield(); return t.Count; });")]
    [InlineData("Func<Task> body = () => Task.CompletedTask; table.Group(body);")]
    [InlineData("Func<Task<int>> body = () => Task.FromResult(1); table.Group(body, GroupIntent.Read);")]
    [InlineData("table.Transact(async () => { await Task.Yield(); table.Add(1, [1]); });")]
    [InlineData("int one = await table.Transact(async () => { await Task.Yield(); return 1; });")]
    [InlineData("table.IterateKeys(async key => await Task.Yield());")]
    [InlineData("typed.IterateKeys(async key => await Task.Yield());")]
    [InlineData("typed.Iterate(async (key, value) => await Task.Yield());")]
    public void A_body_that_returns_a_task_does_not_compile(string statement)
    {
        string error = Assert.Single(Snippet.ErrorsOf(Parameters, statement));
        Assert.StartsWith(ObsoleteAsError, error, StringComparison.Ordinal);
        Assert.Contains("must not await", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("table.Group(() => table.Add(1, [1]));")]
    [InlineData("int one = table.Group(() => 1, GroupIntent.Read);")]
    [InlineData("int count = table.Group(table, static t => t.Count);")]
    [InlineData("table.Group(void () => throw new TimeoutException());")]
    [InlineData("table.Group((Action)(() => throw new TimeoutException()));")]
    [InlineData("table.Transact(() => { table.Add(1, [1]); });")]
    [InlineData("int one = table.Transact(() => 1);")]
    [InlineData("table.IterateKeys(key => Console.WriteLine(key));")]
    [InlineData("typed.Iterate((key, value) => Console.WriteLine(value));")]
    [InlineData("typed.IterateKeys(Console.WriteLine);")]
    public void All_other_bodies_compile_as_ever(string statement) =>
        Assert.Empty(Snippet.ErrorsOf(Parameters, statement));

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_body_that_returns_anything_else_to_await_is_refused_before_it_runs(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        var typed = new ShmHashtable<string, int>(DataManagers.String, DataManagers.Int32, table);
#pragma warning disable CA2012 // No value task comes back.
        var attempts = new Func<object>[]
        {
            () => table.Group(() => ReachedAsync()),
            () => table.Group(0, static _ => ReachedAsync()),
            () => table.Group(() => OfInt()),
            () => table.Group(() => OfYield()),
            () => table.Transact(() => ReachedAsync()),
            () => table.Transact(() => OfInt()),
            () => Generic(table, ReachedTask),
            () => table.Fold(Task.CompletedTask, (_, _, _) => ReachedTask()),
            () => typed.Fold(Task.CompletedTask, (_, _, _) => ReachedTask()),
        };
#pragma warning restore CA2012
        Assert.All(attempts, attempt =>
        {
            InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(attempt);
            Assert.Contains(temp.Name.ToString(), e.Message, StringComparison.Ordinal);
            Assert.Contains("must not await", e.Message, StringComparison.Ordinal);
        });
    }

    /// <summary>Here no overload is chosen by what the body returns.</summary>
    private static T Generic<T>(ShmTable table, Func<T> body) => table.Group(body);

    private static ValueTask ReachedAsync() => throw Reached();

    private static ValueTask<int> OfInt() => throw Reached();

    private static YieldAwaitable OfYield() => throw Reached();

    private static Task ReachedTask() => throw Reached();

    private static NotSupportedException Reached() => new("the body was run");
}

using Akka.Actor;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>The delegate of a group runs while the table is locked: it can't await.</summary>
public sealed class TaskDelegateTests : TableSpec
{
    private const string ObsoleteAsError = "CS0619";
    private const string Parameters =
        "Netshm.Actors.TableRef table, Netshm.Actors.TypedTableRef<string, int> typed, "
        + "Netshm.Actors.Cluster.ShardedTable<string, int> sharded";

    [Theory]
    [InlineData("await table.GroupAsync(async group => { await Task.Yield(); group.Add(1, [1]); });")]
    [InlineData("await table.GroupAsync(async group => { await Task.Yield(); return group.Count; });")]
    [InlineData("await table.GroupAsync(_ => Task.Delay(1), TimeSpan.FromSeconds(1));")]
    [InlineData("await typed.GroupAsync(async group => { await Task.Yield(); return group.Count; });")]
    [InlineData("await typed.GroupAsync(async group => { await Task.Yield(); group.Remove(\"a\"); });")]
    [InlineData("await sharded.GroupAsync(async group => { await Task.Yield(); group.Remove(\"a\"); });")]
    public void One_that_returns_a_task_does_not_compile(string statement)
    {
        string error = Assert.Single(Snippet.ErrorsOf(Parameters, statement));
        Assert.StartsWith(ObsoleteAsError, error, StringComparison.Ordinal);
        Assert.Contains("must not await", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("await table.GroupAsync(group => group.Add(1, [1]));")]
    [InlineData("int count = await table.GroupAsync(group => group.Count, TimeSpan.FromSeconds(1));")]
    [InlineData("await table.GroupAsync(void (Netshm.Actors.TableGroup _) => throw new TimeoutException());")]
    [InlineData("int count = await typed.GroupAsync(group => group.Count);")]
    [InlineData("await sharded.GroupAsync(group => group.Remove(\"a\").Remove(\"b\"));")]
    [InlineData("await sharded.GroupAsync(group => { group.Remove(\"a\"); });")]
    public void All_others_compile_as_ever(string statement) => Assert.Empty(Snippet.ErrorsOf(Parameters, statement));

    [Fact]
    public async Task One_that_returns_anything_else_to_await_is_refused_before_it_runs()
    {
        bool hasRun = false;
        TypedTableRef<string, int> typed = Sys.Netshm().OpenTable("test", DataManagers.String, DataManagers.Int32);
        await AssertRefused(() => Table.GroupAsync(_ => Run()));
        await AssertRefused(() => typed.GroupAsync(_ => Run()));
        await AssertRefused(() => Generic(_ => Task.Run(() => hasRun = true)));
        Assert.False(hasRun);

        ValueTask Run()
        {
            hasRun = true;
            return ValueTask.CompletedTask;
        }

        Task<T> Generic<T>(Func<TableGroup, T> body) => Table.GroupAsync(body);
    }

    [Fact]
    public void A_message_whose_body_returns_a_task_is_answered_by_an_error()
    {
        Table.Actor.Tell(new TableProtocol.Group(_ => Task.CompletedTask), TestActor);
        Status.Failure failure = ExpectMsg<Status.Failure>(Patience);
        Assert.Contains("must not await", failure.Cause.Message, StringComparison.Ordinal);
    }

    private static async Task AssertRefused(Func<Task> attempt)
    {
        InvalidTableOperationException e = await Assert.ThrowsAsync<InvalidTableOperationException>(attempt);
        Assert.Contains("must not await", e.Message, StringComparison.Ordinal);
    }
}

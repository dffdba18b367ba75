namespace Netshm.Actors.Tests;

/// <summary>Typed tables through the actor, with JSON values.</summary>
public sealed class TypedTableRefTests : TableSpec
{
    private sealed record Session(string User, int Visits, string[] Roles);

    [Fact]
    public async Task Json_values_come_back()
    {
        TypedTableRef<string, Session> sessions =
            Sys.Netshm().OpenTable("test", DataManagers.String, new JsonDataManager<Session>());
        await sessions.ReplaceAsync("ann", new Session("Ann", 1, ["reader", "écrivain"]));
        Session found = await sessions.FindAsync("ann");
        Assert.Equal(("Ann", 1), (found.User, found.Visits));
        Assert.Equal(["reader", "écrivain"], found.Roles);
        Assert.True(sessions.TryFind("ann", out Session? direct));
        Assert.Equal("Ann", direct.User);
        Session updated = await sessions.UpdateAsync(
            "ann", new Session("", 0, []), session => session with { Visits = session.Visits + 1 });
        Assert.Equal(2, updated.Visits);
        Assert.False((await sessions.TryFindAsync("bob")).HasValue);
        Assert.True(await sessions.RemoveAsync("ann"));
        Assert.Equal(0, sessions.Count);
    }

    [Fact]
    public async Task Updates_from_many_callers_are_all_counted()
    {
        TypedTableRef<string, int> counts =
            Sys.Netshm().OpenTable("test", DataManagers.String, DataManagers.Int32);
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(i =>
            counts.UpdateAsync($"word-{i % 7}", 0, count => count + 1)));
        Assert.Equal(1000, Enumerable.Range(0, 7).Sum(i => counts.Find($"word-{i}")));
    }
}

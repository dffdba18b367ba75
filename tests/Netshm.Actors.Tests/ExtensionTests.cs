using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors.Tables;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary><see cref="NetshmExtension"/>: opening tables, several actor systems, paths, the end.</summary>
public sealed class ExtensionTests : TableSpec
{
    [Fact]
    public void The_extension_is_one_for_an_actor_system() => Assert.Same(NetshmExtension.Get(Sys), Sys.Netshm());

    [Fact]
    public void Opening_a_table_again_gives_the_same_one() => Assert.Same(Table, Sys.Netshm().OpenTable("test"));

    [Fact]
    public async Task Opening_it_elsewhere_closes_it_where_it_was()
    {
        using var temp = new TempTable();
        TableRef elsewhere = Sys.Netshm().OpenTable("test", Table.Settings.ForPartition(temp.Name));
        Assert.Equal(temp.Name, elsewhere.Settings.Location);
        Assert.True(Table.IsClosed);
        await elsewhere.AddAsync(1, [1]);
        await Assert.ThrowsAsync<TableClosedException>(() => Table.AddAsync(1, [1]));
        Assert.Same(elsewhere, Sys.Netshm().OpenTable("test", elsewhere.Settings));
        await Sys.Terminate();
    }

    [Fact]
    public async Task The_path_of_an_actor_shows_the_name_of_its_table()
    {
        Assert.Equal("/system/netshm/test", Table.Actor.Path.ToStringWithoutAddress());
        using ActorSystem other = Start(TempTable.FreshName());
        TableRef odd = other.Netshm().OpenTable("$a b/ü");
        Assert.Equal("$a b/ü", odd.Name);
        Assert.Equal("/system/netshm/%24a%20b%2F%C3%BC", odd.Actor.Path.ToStringWithoutAddress());
        await other.Terminate();
        SharedMemoryObject.Unlink(odd.Settings.Location);
    }

    [Fact]
    public async Task The_setting_init_does_not_empty_a_table_that_somebody_uses()
    {
        using var temp = new TempTable();
        ShmTable user = temp.Open();
        user.Add(1, [1]);
        using var other = ActorSystem.Create("other", Configure(temp.Name, "init = 100"));
        InvalidTableOperationException e =
            Assert.Throws<InvalidTableOperationException>(() => other.Netshm().OpenTable("test"));
        Assert.Contains("this process has it open", e.Message, StringComparison.Ordinal);
        Assert.Equal([1], user.Find(1));
        await other.Terminate();
    }

    [Fact]
    public async Task Whatever_tables_are_called_each_is_one_of_its_own()
    {
        string[] names =
            [".", "..", "$a", "$b", "%24a", "a/b", "a%2Fb", "netshm", "overview", "reporter", "t@1", "t/1", "*", "user", "#1", "T", "t"];
        string directory = Directory.CreateTempSubdirectory("netshm-test").FullName;
        string sections = string.Concat(names.Select((name, i) =>
            $$"""netshm.table."{{name}}" { location = "file:{{directory}}/{{i}}" }{{'\n'}}"""));
        using ActorSystem other = ActorSystem.Create("other", ConfigurationFactory.ParseString(sections)
            .WithFallback(Configure(Temp.Name)));
        TableRef[] tables = [.. names.Select(other.Netshm().OpenTable)];
        for (int i = 0; i < names.Length; i++)
            await tables[i].AddAsync(i, [i]);
        foreach ((TableRef table, int i) in tables.Select((table, i) => (table, i)))
        {
            Assert.Equal((names[i], 1), (table.Name, await table.CountAsync()));
            IActorRef found = await other.ActorSelection(table.Actor.Path.ToStringWithoutAddress()).ResolveOne(Patience);
            Assert.Equal(table.Actor, found);
        }

        await other.Terminate();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public void A_name_that_is_no_text_is_refused() => Assert.Contains(
        "surrogate", Assert.Throws<ArgumentException>(() => Sys.Netshm().OpenTable("a\ud800")).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_table_that_is_called_like_a_partition_is_another_one()
    {
        using var temp = new TempTable();
        using var partition = new TempTable();
        using ActorSystem other = ActorSystem.Create("other", ConfigurationFactory.ParseString(
            $$"""netshm.table."carts/3".location = "{{temp.Name}}" """).WithFallback(Configure(Temp.Name)));
        TableRef named = other.Netshm().OpenTable("carts/3");
        TableRef third = other.Netshm().OpenPartition("carts", 3, Table.Settings.ForPartition(partition.Name));
        await named.AddAsync(1, [1]);
        Assert.Equal(0, await third.CountAsync());
        Assert.Same(named, other.Netshm().OpenTable("carts/3"));
        Assert.NotEqual(named.Actor.Path, third.Actor.Path);
        await other.Terminate();
    }

    [Fact]
    public async Task Actor_systems_of_one_process_share_a_table_that_is_open_once()
    {
        using ActorSystem other = Start(Temp.Name);
        TableRef there = other.Netshm().OpenTable("test");
        Assert.Same(HostOf(Sys).Batches, HostOf(other).Batches);
        await Task.WhenAll(Enumerable.Range(0, 500).SelectMany(_ => new Task[]
        {
            Table.GroupAsync([new GroupOperation.Increment(1)]),
            there.GroupAsync([new GroupOperation.Increment(1)]),
        }));
        Assert.Equal([1000], there.Find(1));
        await other.Terminate();
        Assert.Equal([1000], Table.Find(1));
        await Table.ReplaceAsync(1, [1]);
    }

    [Theory]
    [InlineData("locking = none", "locking Auto; None was asked for")]
    [InlineData("page-size = 512", "page-size")]
    [InlineData("lock-timeout = 7s", "lock-timeout")]
    [InlineData("permissions = 640", "permissions 600; 640 was asked for")]
    [InlineData("init = 10", "init off; 10 was asked for")]
    [InlineData("change-feed-capacity = 64", "change-feed-capacity off; 64 was asked for")]
    public async Task Opening_a_table_of_this_process_with_other_settings_is_an_error(string settings, string message)
    {
        using ActorSystem other = Start(Temp.Name, settings);
        var e = Assert.Throws<ConfigurationException>(() => other.Netshm().OpenTable("test"));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        await other.Terminate();
    }

    [Fact]
    public async Task What_is_no_table_is_refused_when_it_is_opened()
    {
        SharedMemoryName name = TempTable.FreshName();
        await File.WriteAllTextAsync(name.MemoryPath, new string('x', 10000));
        using ActorSystem other = Start(name);
        Assert.Throws<CorruptFileException>(() => other.Netshm().OpenTable("test"));
        await other.Terminate();
        File.Delete(name.MemoryPath);
    }

    [Fact]
    public async Task Permissions_and_page_size_are_those_of_the_settings_and_init_empties_the_table()
    {
        using var temp = new TempTable();
        for (int i = 0; i < 2; i++)
        {
            using ActorSystem other = Start(temp.Name, "permissions = 640, page-size = 128, init = 10");
            TableRef table = other.Netshm().OpenTable("test");
            Assert.Equal(0, table.Count);
            await table.AddAsync(1, [1]);
            Assert.Equal(128, HostOf(other).Batches.PageSize);
            await other.Terminate();
        }

        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            File.GetUnixFileMode(temp.Name.MemoryPath));
    }

    [Fact]
    public async Task A_second_actor_system_joins_a_table_without_emptying_it()
    {
        using var temp = new TempTable();
        using ActorSystem first = Start(temp.Name, "init = 10");
        using ActorSystem second = Start(temp.Name, "init = 10");
        await first.Netshm().OpenTable("test").AddAsync(1, [1]);
        Assert.Equal(1, second.Netshm().OpenTable("test").Count);
        await first.Terminate();
        await second.Terminate();
    }

    [Fact]
    public async Task A_table_that_is_slow_to_stop_keeps_nobody_from_opening_another_one()
    {
        using var temp = new TempTable();
        using ActorSystem other = Start(temp.Name, "group-timeout = infinite, request-timeout = infinite");
        TableRef slow = other.Netshm().OpenTable("test");
        using var hasBegun = new ManualResetEventSlim();
        using var end = new ManualResetEventSlim();
        Task group = slow.GroupAsync(_ =>
        {
            hasBegun.Set();
            end.Wait();
        });
        hasBegun.Wait();
        slow.Actor.Tell(PoisonPill.Instance);
        TableHost host = HostOf(slow, other);
        Task<TableRef> again = Task.Run(() => other.Netshm().OpenTable("test"));
        Assert.True(SpinWait.SpinUntil(() => HostOf(slow, other) != host, Patience), "nobody began to open it again");
        TableRef another = await Task.Run(() => other.Netshm().OpenTable("another")).WaitAsync(Patience);
        Assert.False(again.IsCompleted);
        end.Set();
        await group;
        Assert.False((await again).IsClosed);
        await other.Terminate();
        SharedMemoryObject.Unlink(another.Settings.Location);
    }

    [Fact]
    public async Task Opening_from_many_threads_gives_one_table()
    {
        using var temp = new TempTable();
        using ActorSystem other = Start(temp.Name);
        TableRef[] tables = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => other.Netshm().OpenTable("test"))));
        Assert.Single(tables.Distinct());
        await other.Terminate();
    }

    private static ActorSystem Start(SharedMemoryName name, string settings = "") => ActorSystem.Create(
        "other", Configure(name, settings).WithFallback(ConfigurationFactory.ParseString(
            $$"""netshm.default-table.location = "file:{{name.MemoryPath}}-other" """)));

    private static TableHost HostOf(ActorSystem system) => HostOf(system.Netshm().OpenTable("test"), system);

    private static TableHost HostOf(TableRef table, ActorSystem system) => system.Netshm().HostOf(table.Actor);

    [Fact]
    public async Task A_table_whose_actor_can_not_be_made_is_an_error_and_leaves_the_others_alone()
    {
        using var other = new TempTable();
        using var system = ActorSystem.Create("wrong", Configure(Temp.Name, "").WithFallback(ConfigurationFactory.ParseString(
            $$"""netshm.table.wrong { location = "{{other.Name}}", dispatcher = "no.such.dispatcher" }""")));
        TableRef table = system.Netshm().OpenTable("test");
        Exception error = Assert.ThrowsAny<Exception>(() => system.Netshm().OpenTable("wrong"));
        Assert.Contains("no.such.dispatcher", error.Message, StringComparison.Ordinal);
        await table.AddAsync(1, [1]);
        Assert.False(table.IsClosed);
        await system.Terminate();
    }

    [Fact]
    public async Task A_system_that_has_ended_opens_no_table()
    {
        NetshmExtension tables = Sys.Netshm();
        await Sys.Terminate();
        Assert.Throws<TableClosedException>(() => tables.OpenTable("test"));
    }

    [Fact]
    public async Task Opening_during_shutdown_is_refused_at_once()
    {
        using var temp = new TempTable();
        using ActorSystem other = Start(temp.Name);
        TableRef table = other.Netshm().OpenTable("test");
        var goOn = new TaskCompletionSource<Akka.Done>();
        CoordinatedShutdown.Get(other).AddTask(CoordinatedShutdown.PhaseServiceStop, "hold", () => goOn.Task);
        Task end = other.Terminate();
        Assert.Throws<TableClosedException>(() => other.Netshm().OpenTable("another"));
        Assert.Same(table, other.Netshm().OpenTable("test"));
        await table.AddAsync(1, [1]);
        goOn.SetResult(Akka.Done.Instance);
        await end.WaitAsync(Patience);
        Assert.Equal(1, temp.Open().Count);
    }

    [Fact]
    public async Task A_loop_that_opens_tables_ends_with_the_actor_system()
    {
        string directory = Directory.CreateTempSubdirectory("netshm-test").FullName;
        using ActorSystem other = ActorSystem.Create("other", ConfigurationFactory.ParseString(
            $$"""
            akka.coordinated-shutdown.run-by-actor-system-terminate = off
            netshm.default-table.location = "file:{{directory}}/{name}"
            """).WithFallback(Configure(Temp.Name)));
        NetshmExtension tables = other.Netshm();
        var hasBegun = new TaskCompletionSource();
        Task loop = Task.Run(() =>
        {
            for (int i = 0; i < int.MaxValue; i++)
            {
                _ = tables.OpenTable($"t{i}");
                hasBegun.TrySetResult();
            }
        });
        await hasBegun.Task;
        await other.Terminate().WaitAsync(Patience);
        await Assert.ThrowsAsync<TableClosedException>(() => loop);
        Directory.Delete(directory, recursive: true);
    }

    [Theory]
    [InlineData("akka.actor.default-dispatcher", "")]
    [InlineData("akka.actor.internal-dispatcher", "")]
    [InlineData("own", "own.type = TaskDispatcher")]
    [InlineData("own", "own.type = Dispatcher")]
    [InlineData("own", "own { type = PinnedDispatcher, executor = fork-join-executor }")]
    [InlineData("own", "own { type = PinnedDispatcher, dedicated-thread-pool.thread-count = 4 }")]
    [InlineData("netshm.table-dispatcher", "netshm.table-dispatcher.executor = thread-pool-executor")]
    public async Task A_dispatcher_that_would_not_do_what_it_says_is_refused_in_words(string dispatcher, string config)
    {
        using var temp = new TempTable();
        using ActorSystem other = ActorSystem.Create("other", ConfigurationFactory.ParseString(config).WithFallback(
            Configure(temp.Name, $"dispatcher = {dispatcher}")));
        var e = Assert.Throws<ConfigurationException>(() => other.Netshm().OpenTable("test"));
        Assert.Contains(dispatcher, e.Message, StringComparison.Ordinal);
        Assert.Contains("PinnedDispatcher", e.Message, StringComparison.Ordinal);
        await other.Terminate();
    }

    [Fact]
    public async Task Tables_can_share_the_threads_of_a_dispatcher_of_their_own()
    {
        using var temp = new TempTable();
        using ActorSystem other = ActorSystem.Create("other", ConfigurationFactory.ParseString(
            "own { type = ForkJoinDispatcher, dedicated-thread-pool { thread-count = 2, threadtype = background } }")
            .WithFallback(Configure(temp.Name, "dispatcher = own")));
        TableRef table = other.Netshm().OpenTable("test");
        await table.AddAsync(1, [1]);
        AssertWords(await table.GroupAsync(group => group.Find(1)), 1);
        await other.Terminate();
    }

    [Fact]
    public async Task The_longest_timeout_is_one()
    {
        await Table.AddAsync(1, [1], TimeSpan.MaxValue);
        AssertWords(await Table.TryFindAsync(1, TimeSpan.MaxValue), 1);
        Assert.Equal(1, await Table.GroupAsync(group => group.Count, TimeSpan.MaxValue));
    }
}

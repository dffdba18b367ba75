using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>
/// Requests whose binding an OCaml process reads: it has let go of the table, but holds the binding's own lock.
/// </summary>
public sealed class InterruptionTests : TableSpec
{
    public InterruptionTests()
        : base("locking = record, group-timeout = 30s")
    {
    }

    [Fact]
    public async Task A_write_waits_until_the_binding_is_free_and_those_behind_it_too()
    {
        await Table.AddAsync(1, [1]);
        Task replaced;
        Task added;
        using (HoldBinding())
        {
            replaced = Table.ReplaceAsync(1, [2]);
            added = Table.AddAsync(2, [3]);
            await Assert.ThrowsAsync<RequestTimeoutException>(
                () => Table.ReplaceAsync(1, [4], TimeSpan.FromMilliseconds(300)));
            Assert.False(replaced.IsCompleted);
        }

        await replaced;
        await added;
        AssertWords(Table.Find(1), 2);
        AssertWords(Table.Find(2), 3);
    }

    [Fact]
    public async Task A_request_that_was_tried_in_vain_can_be_cancelled()
    {
        await Table.AddAsync(1, [1]);
        using var source = new CancellationTokenSource();
        using (HoldBinding())
        {
            int runs = 0;
            Task group = Table.GroupAsync(
                mine =>
                {
                    if (++runs == 2)
                        source.Cancel(); // While it is being tried: it is heard afterwards.
                    mine.Replace(1, [2]);
                },
                cancellationToken: source.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => group);
            Assert.Equal(2, runs);
        }

        await Table.AddAsync(2, [2]);
        AssertWords(Table.Find(1), 1);
    }

    [Fact]
    public async Task A_body_is_run_again_until_the_binding_is_free()
    {
        await Table.AddAsync(1, [1]);
        var isTriedAgain = new TaskCompletionSource();
        Task<int> group;
        using (HoldBinding())
        {
            int runs = 0;
            group = Table.GroupAsync(mine =>
            {
                if (++runs == 3)
                    isTriedAgain.SetResult();
                mine.Replace(1, [mine.Find(1)[0] + 1]);
                return runs;
            });
            await isTriedAgain.Task.WaitAsync(Patience);
        }

        Assert.True(await group >= 3);
        AssertWords(Table.Find(1), 2);
    }

    [Fact]
    public async Task A_body_that_never_gets_the_binding_fails_at_its_deadline()
    {
        await Table.AddAsync(1, [1]);
        using (HoldBinding())
        {
            Exception? failure = await Record.ExceptionAsync(() => Table.GroupAsync(
                mine => mine.Replace(1, [2]), TimeSpan.FromMilliseconds(500)));

            // The deadline passes between two runs, or within one.
            Assert.True(failure is RequestTimeoutException or GroupTimeoutException, failure?.ToString());
            await Table.AddAsync(2, [2]);
        }

        AssertWords(Table.Find(1), 1);
    }

    [Fact]
    public async Task A_body_that_has_modified_something_is_not_run_again()
    {
        await Table.AddAsync(1, [1]);
        using (HoldBinding())
        {
            int runs = 0;
            var failure = await Assert.ThrowsAsync<IncompleteGroupException>(() => Table.GroupAsync(mine =>
            {
                mine.Add(2, [++runs]);
                mine.Replace(1, [2]);
            }));
            Assert.IsType<LockTimeoutException>(failure.InnerException);
            Assert.Equal(1, failure.ModificationsDone);
        }

        AssertWords(Table.Find(1), 1);
        AssertWords(Table.Find(2), 1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_typed_replacement_that_is_tried_again_leaves_one_binding(bool inGroup)
    {
        TypedTableRef<string, int> typed = Sys.Netshm().OpenTable("test", new SameHash(), DataManagers.Int32);
        await typed.AddAsync("first", 1);
        Task replaced;
        using (HoldBinding())
        {
            await typed.AddAsync("second", 2);
            replaced = inGroup
                ? typed.GroupAsync(mine =>
                {
                    mine.Replace("first", 3);
                    return true;
                })
                : typed.ReplaceAsync("first", 3);
            await Assert.ThrowsAnyAsync<NetshmException>(
                () => typed.RemoveAsync("second", TimeSpan.FromMilliseconds(500)));
        }

        await replaced;
        Assert.Equal([3], await typed.FindAllAsync("first"));
        Assert.Equal(2, typed.Count);
    }

    /// <summary>Another process that holds the lock of the table's only binding until it is told to let go.</summary>
    private ChildProcess HoldBinding()
    {
        long lockedByte = (long)PageOfOnlyBinding() * Batches.Memory.WordsPerPage;
        ChildProcess holder = ChildProcess.Start(
            "Netshm.Actors.Worker",
            "dotnet",
            [
                "exec", Path.Combine(AppContext.BaseDirectory, "Netshm.Actors.Worker.dll"),
                "hold-byte", Temp.Name.LockPath, lockedByte.ToString(CultureInfo.InvariantCulture),
            ]);
        Assert.Equal("held", holder.ReadLine());
        return holder;
    }

    /// <summary>Strings that all have the same hash.</summary>
    private sealed class SameHash : DataManager<string>
    {
        public override int LengthInWords(string value) => DataManagers.String.LengthInWords(value);

        public override void Encode(string value, Span<int> destination) =>
            DataManagers.String.Encode(value, destination);

        public override string Decode(ReadOnlySpan<int> words) => DataManagers.String.Decode(words);

        public override int Hash(string value) => 1;
    }
}

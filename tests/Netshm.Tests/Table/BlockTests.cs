using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>The block interface: fragments, Next and Break, announced operations, edits in place.</summary>
public sealed class BlockTests : IDisposable
{
    private readonly TempTable _temp = new();
    private readonly ShmTable _table;

    public BlockTests() => _table = _temp.Open();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void The_fragments_of_a_value_make_it_up_and_an_end_follows()
    {
        int[] value = [.. Enumerable.Range(0, 200)];
        _table.Add(1, value);
        var events = new List<(int[] Fragment, bool IsEnd)>();
        _table.ReadBlocks(1, (fragment, isEnd) =>
        {
            events.Add((fragment.ToArray(), isEnd));
            return BlockControl.Continue;
        });
        Assert.Equal(value, events.SelectMany(e => e.Fragment));
        Assert.True(events.Count > 2);
        Assert.True(events[^1].IsEnd);
        Assert.DoesNotContain(events[..^1], e => e.IsEnd);
    }

    [Fact]
    public void An_empty_value_has_one_empty_fragment_as_in_the_original()
    {
        _table.Add(1, []);
        var ends = new List<bool>();
        _table.ReadBlocks(1, (_, isEnd) =>
        {
            ends.Add(isEnd);
            return BlockControl.Continue;
        });
        Assert.Equal([false, true], ends);
    }

    [Fact]
    public void Next_binding_skips_the_rest_of_a_value_and_break_the_rest_of_all()
    {
        for (int i = 0; i < 4; i++)
            _table.Add(1, [.. Enumerable.Repeat(i, 100)]);
        var seen = new List<int>();
        _table.ReadBlocks(1, (fragment, _) =>
        {
            seen.Add(fragment[0]);
            return fragment[0] == 1 ? BlockControl.Break : BlockControl.NextBinding;
        });
        Assert.Equal([3, 2, 1], seen);
    }

    [Fact]
    public void A_writer_edits_in_place()
    {
        int[] value = [.. Enumerable.Range(0, 150)];
        _table.Add(1, value);
        _table.WriteBlocks(1, WriteOperations.None, (fragment, _) =>
        {
            foreach (ref int word in fragment)
                word = -word;
            return BlockDecision.Continue;
        });
        Assert.Equal(value.Select(word => -word), _table.Find(1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_writer_removes_the_binding_it_says(int age)
    {
        for (int i = 4; i >= 0; i--)
            _table.Add(1, [.. Enumerable.Repeat(i, 70)]);
        _table.WriteBlocks(1, WriteOperations.RemoveBinding, (fragment, isEnd) =>
            !isEnd && fragment[0] == age ? BlockDecision.Remove() : BlockDecision.Continue);
        Assert.Equal(Enumerable.Range(0, 5).Where(i => i != age), _table.FindAll(1).Select(value => value[0]));
        Assert.Equal(4, _table.Count);
    }

    [Fact]
    public void A_writer_can_remove_all_bindings()
    {
        for (int i = 0; i < 5; i++)
            _table.Add(1, [i]);
        _table.WriteBlocks(1, WriteOperations.RemoveBinding, (_, _) => BlockDecision.Remove(BlockControl.NextBinding));
        Assert.False(_table.Contains(1));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void The_last_operation_asked_for_within_a_binding_counts_also_before_a_break()
    {
        _table.Add(1, [1]);
        _table.Add(1, [2]);
        _table.WriteBlocks(1, WriteOperations.RemoveBinding, (_, isEnd) =>
            isEnd ? BlockDecision.Break : BlockDecision.Remove());
        Assert.Equal([1], _table.Find(1));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void An_operation_that_was_not_announced_is_an_error_and_nothing_is_lost()
    {
        _table.Add(1, [1]);
        InvalidTableOperationException e = Assert.Throws<InvalidTableOperationException>(() =>
            _table.WriteBlocks(1, WriteOperations.None, (_, _) => BlockDecision.Remove()));
        Assert.Contains("RemoveBinding", e.Message, StringComparison.Ordinal);
        Assert.Contains("announced were: None", e.Message, StringComparison.Ordinal);
        Assert.Contains(_temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Equal([1], _table.Find(1));
    }

    [Fact]
    public async Task An_exception_in_a_callback_comes_out_and_the_lock_is_released()
    {
        _table.Add(1, [1]);
        Assert.Throws<TimeoutException>(() => _table.ReadBlocks(1, (_, _) => throw new TimeoutException()));
        Assert.Throws<TimeoutException>(() =>
            _table.WriteBlocks(1, WriteOperations.RemoveBinding, (_, _) => throw new TimeoutException()));
        await Task.Run(() => _table.Replace(1, [2]));
        Assert.Equal([2], _table.Find(1));
    }

    [Fact]
    public void A_modification_inside_a_callback_is_an_error_that_names_the_table()
    {
        _table.Add(1, [1]);
        var attempts = new Action[]
        {
            () => _table.Iterate((_, _) => _table.Add(2, [])),
            () => _table.IterateKeys(_ => _table.Remove(1)),
            () => _table.ReadBlocks(1, (_, _) => Replace()),
            () => _table.Group(() => _table.IterateKeys(_ => _table.Replace(1, [2]))),
            () => _table.WriteBlocks(1, WriteOperations.None, (_, _) =>
            {
                _table.Add(1, []);
                return BlockDecision.Continue;
            }),
        };
        Assert.All(attempts, attempt => Assert.Contains(
            _temp.Name.ToString(), Assert.Throws<InvalidTableOperationException>(attempt).Message,
            StringComparison.Ordinal));
        Assert.Equal([1], _table.Find(1));
        Assert.Equal(1, _table.Count);

        BlockControl Replace()
        {
            _table.Replace(1, [2]);
            return BlockControl.Continue;
        }
    }

    [Fact]
    public void A_callback_may_read_the_table()
    {
        _table.Add(1, [1]);
        _table.Add(2, [2]);
        int sum = 0;
        _table.IterateKeys(key => sum += _table.Find(key)[0]);
        Assert.Equal(3, sum);
    }
}

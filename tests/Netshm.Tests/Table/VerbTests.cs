using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>What each verb does, as the original's manual tells.</summary>
public sealed class VerbTests : IDisposable
{
    private readonly TempTable _temp = new();
    private readonly ShmTable _table;

    public VerbTests() => _table = _temp.Open();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void Find_returns_the_newest_binding()
    {
        _table.Add(1, [10]);
        _table.Add(1, [20, 21]);
        Assert.Equal([20, 21], _table.Find(1));
        Assert.Equal(2, _table.Count);
    }

    [Fact]
    public void Find_all_returns_the_bindings_newest_first()
    {
        for (int i = 0; i < 5; i++)
            _table.Add(-7, [i]);
        Assert.Equal([4, 3, 2, 1, 0], _table.FindAll(-7).Select(value => value[0]));
        Assert.Empty(_table.FindAll(7));
    }

    [Fact]
    public void Remove_restores_the_previous_binding()
    {
        _table.Add(1, [10]);
        _table.Add(1, [20]);
        Assert.True(_table.Remove(1));
        Assert.Equal([10], _table.Find(1));
        Assert.True(_table.Remove(1));
        Assert.False(_table.Contains(1));
        Assert.False(_table.Remove(1));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Replace_changes_the_newest_binding_only()
    {
        _table.Replace(1, [10]);
        _table.Add(1, [20]);
        _table.Replace(1, [30, 31, 32]);
        Assert.Equal(2, _table.Count);
        Assert.Equal([30, 31, 32], _table.Find(1));
        _table.Remove(1);
        Assert.Equal([10], _table.Find(1));
    }

    [Theory]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Every_key_can_be_bound(int key)
    {
        _table.Add(key, [key, ~key]);
        Assert.Equal([key, ~key], _table.Find(key));
        Assert.True(_table.Contains(key));
        Assert.False(_table.Contains(unchecked(key + 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(58)]
    [InlineData(59)]
    [InlineData(118)]
    [InlineData(119)]
    [InlineData(100_000)]
    public void Values_of_any_length_come_back(int lengthInWords)
    {
        int[] value = [.. Enumerable.Range(1, lengthInWords)];
        _table.Add(5, value);
        Assert.Equal(value, _table.Find(5));
        int[] destination = new int[lengthInWords + 1];
        Assert.True(_table.TryFind(5, destination, out int length));
        Assert.Equal(lengthInWords, length);
        Assert.Equal(value, destination[..length]);
        _table.Replace(5, [1]);
        Assert.Equal([1], _table.Find(5));
    }

    [Fact]
    public void A_key_that_is_not_bound_is_named_with_its_table()
    {
        Assert.False(_table.TryFind(42, out _));
        Assert.False(_table.TryFind(42, [], out int length));
        Assert.Equal(0, length);
        KeyNotFoundException e = Assert.Throws<KeyNotFoundException>(() => _table.Find(42));
        Assert.Contains("42", e.Message, StringComparison.Ordinal);
        Assert.Contains(_temp.Name.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_that_does_not_fit_the_destination_is_an_error_with_both_lengths()
    {
        _table.Add(1, [1, 2, 3]);
        ValueTooLongException e = Assert.Throws<ValueTooLongException>(() => _table.TryFind(1, new int[2], out _));
        Assert.Equal((3, 2), (e.LengthInWords, e.LimitInWords));
        Assert.Contains(_temp.Name.ToString(), e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Iterate_presents_each_binding_once_and_those_of_a_key_newest_first()
    {
        var expected = new TableModel();
        for (int i = 0; i < 3000; i++)
        {
            int[] value = [.. Enumerable.Range(i, i % 130)];
            _table.Add(i % 1000, value);
            expected.Add(i % 1000, value);
        }

        var found = new Dictionary<int, List<int[]>>();
        _table.Iterate((key, value) =>
        {
            if (!found.TryGetValue(key, out List<int[]>? values))
                found.Add(key, values = []);
            values.Add(value.ToArray());
        });

        Assert.Equal(expected.Keys.Order(), found.Keys.Order());
        Assert.All(found, pair => Assert.Equal(expected.FindAll(pair.Key), pair.Value));
    }

    [Fact]
    public void Iterate_keys_presents_each_key_once()
    {
        _table.Add(1, [1]);
        _table.Add(1, [2]);
        _table.Add(2, []);
        _table.Add(3, []);
        _table.Remove(3);
        var keys = new List<int>();
        _table.IterateKeys(keys.Add);
        Assert.Equal([1, 2], keys.Order());
    }

    [Fact]
    public void Fold_passes_the_accumulator_through_all_bindings()
    {
        for (int i = 1; i <= 100; i++)
            _table.Add(i, [i, i]);
        Assert.Equal(2 * 5050, _table.Fold(0, (_, value, sum) => sum + value[0] + value[1]));
    }

    [Fact]
    public void Dump_writes_the_original_s_text()
    {
        _table.Add(3, [1, -2]);
        var text = new StringWriter();
        _table.Dump(text);
        Assert.Equal("<shm length=1\n  3 => [| 1; -2 |]\n>\n", text.ToString());
    }

    [Fact]
    public void Memory_shows_the_raw_words()
    {
        Assert.Equal(64, _table.Memory.WordsPerPage);
        Assert.Equal(0x6712DE46, _table.Memory[1, 0]);
        Assert.True(_table.Memory.PageCount > 100);
        Assert.Throws<CorruptFileException>(() => _table.Memory[_table.Memory.PageCount, 0]);
    }

    [Fact]
    public void Flush_writes_a_table_back()
    {
        _table.Add(1, [1]);
        _table.Flush();
        Assert.Equal([1], _table.Find(1));
    }

    [Fact]
    public void A_disposed_handle_refuses_every_use_and_another_one_goes_on()
    {
        ShmTable other = _temp.Open();
        _table.Add(1, [1]);
        _table.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _table.Find(1));
        Assert.Throws<ObjectDisposedException>(() => _table.Add(1, []));
        Assert.Throws<ObjectDisposedException>(() => _table.Iterate((_, _) => { }));
        Assert.Throws<ObjectDisposedException>(() => _table.Count);
        Assert.Equal([1], other.Find(1));
    }
}

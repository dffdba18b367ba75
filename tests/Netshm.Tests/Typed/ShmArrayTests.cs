using Netshm.TestKit;

namespace Netshm.Tests.Typed;

public sealed class ShmArrayTests : IDisposable
{
    private readonly TempTable _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_new_array_is_empty()
    {
        using ShmArray<string> array = Open();

        Assert.Equal(0, array.Length);
        Assert.Equal("-", array.DefaultValue);
        Assert.Equal([0], array.Table.Find(-1));
    }

    [Fact]
    public void An_array_keeps_its_length_and_elements()
    {
        using (ShmArray<string> writer = Open(init: 10))
        {
            writer[0] = "first";
            writer[9] = "last";
        }

        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name);
        using ShmArray<string> reader = ShmArray<string>.Manage("-", DataManagers.String, memory);
        Assert.Equal(10, reader.Length);
        Assert.Equal("first", reader[0]);
        Assert.Equal("-", reader[1]);
        Assert.Equal("last", reader[9]);
    }

    [Fact]
    public void An_element_is_the_pair_of_index_and_value_at_the_index()
    {
        using ShmArray<string> array = Open(init: 10);

        array[5] = "a";

        Assert.Equal([10], array.Table.Find(-1));
        Assert.Equal([2, 0, 5, 1, 0x61], array.Table.Find(5));
    }

    [Fact]
    public void An_element_that_was_not_set_is_a_copy_of_its_own()
    {
        using var temp = new TempTable();
        using ShmArray<int[]> array = ShmArray<int[]>.Open([0], DataManagers.Int32Array, temp.Name, init: 2);

        array[0][0] = 7;

        Assert.Equal([0], array[0]);
        Assert.Equal([0], array[1]);
        Assert.Equal([0], array.DefaultValue);
    }

    [Fact]
    public void Default_elements_are_not_stored()
    {
        using ShmArray<string> array = Open(init: int.MaxValue);
        array[int.MaxValue - 1] = "x";
        array[7] = "-";

        Assert.Equal(2, array.Table.Count);
        array[int.MaxValue - 1] = "-";
        Assert.Equal(1, array.Table.Count);
        Assert.Equal("-", array[int.MaxValue - 1]);
    }

    [Fact]
    public void Setting_an_element_twice_leaves_one_binding()
    {
        using ShmArray<string> array = Open(init: 10);

        array[3] = "a";
        array[3] = "b";

        Assert.Equal("b", array[3]);
        Assert.Single(array.Table.FindAll(3));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(10)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void An_index_outside_names_the_table_and_its_length(int index)
    {
        using ShmArray<string> array = Open(init: 10);

        Assert.Throws<ArgumentOutOfRangeException>(() => array[index] = "x");
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => array[index]);

        Assert.Contains($"{_temp.Name}: the array has length 10", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, array.Table.Count);
    }

    [Fact]
    public void What_shrinking_cuts_off_does_not_come_back_with_growing()
    {
        using ShmArray<string> array = Open(init: 100);
        for (int i = 0; i < 100; i++)
            array[i] = $"element {i}";

        array.Resize(50);
        Assert.Equal(50, array.Length);
        Assert.Equal(51, array.Table.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => array[50]);
        array.Resize(60);

        Assert.Equal("element 49", array[49]);
        Assert.Equal("-", array[50]);
        array.Resize(0);
        Assert.Equal(1, array.Table.Count);
        Assert.Throws<ArgumentOutOfRangeException>(() => array.Resize(-1));
    }

    [Fact]
    public void Init_discards_what_was_there()
    {
        using (ShmArray<string> old = Open(init: 10))
            old[3] = "old";

        using ShmArray<string> array = Open(init: 5);

        Assert.Equal(5, array.Length);
        Assert.Equal("-", array[3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => Open(init: -1));
    }

    [Fact]
    public void Options_that_create_the_table_anew_make_an_empty_array()
    {
        using (ShmArray<string> old = Open(init: 10))
            old[3] = "old";

        var options = new ShmTableOptions { Init = 100 };
        using var array = ShmArray<string>.Open("-", DataManagers.String, _temp.Name, options);

        Assert.Equal(0, array.Length);
        Assert.Equal(1, array.Table.Count);
    }

    [Fact]
    public void A_table_that_is_no_array_is_refused()
    {
        ShmTable table = _temp.Open();
        table.Add(1, [1, 2, 3]);
        AssertNoArray("found 1 bindings of other keys");
        table.Replace(-1, []);
        AssertNoArray("found an empty value");
        table.Replace(-1, [-5]);
        AssertNoArray("found -5");
        table.Replace(-1, [1, 2]);
        AssertNoArray("found 2 words");
    }

    [Fact]
    public void An_element_of_another_type_is_reported()
    {
        using ShmArray<string> array = Open(init: 10);
        array.Table.Add(3, [2, 0, 3, 99]);

        Assert.Throws<CorruptFileException>(() => array[3]);
    }

    [Fact]
    public void Elements_longer_than_a_page_come_back()
    {
        using ShmArray<string> array = Open(init: 3);
        string text = new('x', 5_000);

        array[1] = text;
        array[2] = text + "y";

        Assert.Equal(text, array[1]);
        Assert.Equal(text + "y", array[2]);
    }

    [Fact]
    public void An_object_opened_for_reading_is_read()
    {
        using (ShmArray<string> writer = Open(init: 3))
            writer[1] = "x";
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open, FileAccess.Read);
        using ShmArray<string> array = ShmArray<string>.Manage("-", DataManagers.String, memory);

        Assert.Equal("x", array[1]);
        Assert.Throws<ReadOnlyTableException>(() => array[1] = "y");
    }

    [Fact]
    public void An_array_can_hold_arrays()
    {
        using var array = ShmArray<int[]>.Open([1, 2], DataManagers.Int32Array, _temp.Name, init: 3);

        array[0] = [1, 2, 3];
        array[1] = [1, 2];

        Assert.Equal([1, 2, 3], array[0]);
        Assert.Equal([1, 2], array[1]);
        Assert.Equal(2, array.Table.Count);
    }

    [Fact]
    public void Random_operations_agree_with_a_list()
    {
        var random = new Random(1);
        using ShmArray<string> array = Open();
        var model = new List<string>();
        for (int step = 0; step < 2_000; step++)
        {
            if (random.Next(50) == 0)
            {
                int length = random.Next(100);
                array.Resize(length);
                model.RemoveRange(Math.Min(length, model.Count), Math.Max(0, model.Count - length));
                model.AddRange(Enumerable.Repeat("-", length - model.Count));
            }
            else if (model.Count > 0)
            {
                int index = random.Next(model.Count);
                array[index] = model[index] = random.Next(3) == 0 ? "-" : $"element {step}";
            }
        }

        Assert.Equal(model, Enumerable.Range(0, array.Length).Select(i => array[i]));
        Assert.Equal(1 + model.Count(element => element != "-"), array.Table.Count);
    }

    private void AssertNoArray(string found)
    {
        var error = Assert.Throws<CorruptFileException>(() => Open());
        Assert.Contains(_temp.Name.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    private ShmArray<string> Open(int? init = null) =>
        ShmArray<string>.Open("-", DataManagers.String, _temp.Name, init: init);
}

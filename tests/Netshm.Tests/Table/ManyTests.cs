using System.Buffers;
using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>The operations on many bindings at once.</summary>
public class ManyTests
{
    private const int Keys = 500;

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Many_keys_are_found_in_their_order_with_values_of_any_length(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        for (int key = 0; key < Keys; key += 2)
            table.Add(key, ValueOf(key));
        int[] keys = [.. Enumerable.Range(-5, Keys + 5).Reverse()];
        int[] lengths = new int[keys.Length];
        var values = new ArrayBufferWriter<int>();

        Assert.Equal(Keys / 2, table.FindMany(keys, values, lengths));

        ReadOnlySpan<int> rest = values.WrittenSpan;
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] < 0 || keys[i] % 2 != 0)
            {
                Assert.Equal(-1, lengths[i]);
                continue;
            }

            Assert.Equal(ValueOf(keys[i]), rest[..lengths[i]].ToArray());
            rest = rest[lengths[i]..];
        }

        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Many_bindings_are_added_and_replaced_as_they_are_one_by_one(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        int[] keys = [.. Enumerable.Range(0, Keys)];
        int[][] first = [.. keys.Select(ValueOf)];
        int[][] second = [.. keys.Select(key => ValueOf(key + 1))];

        table.AddMany(keys, [.. first.SelectMany(value => value)], [.. first.Select(value => value.Length)]);
        table.AddMany([1, 1], [7, 8], [1, 1]);
        table.ReplaceMany(keys, [.. second.SelectMany(value => value)], [.. second.Select(value => value.Length)]);

        foreach (int key in keys)
            Assert.Equal(second[key], table.Find(key));
        Assert.Equal([second[1], [7], first[1]], table.FindAll(1));
        Assert.Equal(Keys + 2, table.Count);
    }

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Prefetching_takes_any_keys_and_changes_nothing(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        for (int key = 0; key < 1000; key++)
            table.Add(key, [key]);
        int[] keys = [.. Enumerable.Range(-500, 2000), int.MinValue, int.MaxValue];
        byte[] before = File.ReadAllBytes(temp.Name.MemoryPath);
        table.Prefetch([]);
        table.Prefetch(keys);
        table.Group(() => table.Prefetch(keys), GroupIntent.Read);
        Assert.Equal(before, File.ReadAllBytes(temp.Name.MemoryPath));
        table.Group(() =>
        {
            table.Prefetch(keys);
            table.Replace(7, [8]);
        });
        Assert.Equal([8], table.Find(7));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused_before_anything_happens()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        Assert.Throws<ArgumentException>(() => table.AddMany([1, 2], [1, 2], [1]));
        Assert.Throws<ArgumentException>(() => table.AddMany([1, 2], [1, 2], [1, 2]));
        Assert.Throws<ArgumentException>(() => table.ReplaceMany([1, 2], [1, 2], [3, -1]));
        Assert.Throws<ArgumentException>(() => table.FindMany([1, 2], new ArrayBufferWriter<int>(), new int[1]));
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void In_a_group_many_keys_are_read_as_they_are_there()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Group(() =>
        {
            table.Add(1, [1]);
            var values = new ArrayBufferWriter<int>();
            int[] lengths = new int[2];
            Assert.Equal(1, table.FindMany([1, 2], values, lengths));
            Assert.Equal([1, -1], lengths);
            Assert.Equal([1], values.WrittenSpan.ToArray());
        });
    }

    private static int[] ValueOf(int key) => [.. Enumerable.Range(key, key % 7 == 0 ? 200 + key : key % 20)];
}

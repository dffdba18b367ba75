using Netshm.TestKit;

namespace Netshm.Tests.Typed;

public sealed partial class ShmHashtableTests : IDisposable
{
    private readonly TempTable _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_binding_is_found_again_by_another_handle()
    {
        using (var writer = ShmHashtable<string, int>.Open(DataManagers.String, DataManagers.Int32, _temp.Name))
            writer.Add("answer", 42);

        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name);
        using var reader = ShmHashtable<string, int>.Manage(DataManagers.String, DataManagers.Int32, memory);
        Assert.Equal(42, reader.Find("answer"));
        Assert.Equal(1, reader.Count);
    }

    [Fact]
    public void A_binding_is_the_pair_at_the_hash_of_the_key()
    {
        ShmHashtable<string, int> table = OpenStringToInt();

        table.Add("a", 42);

        Assert.Equal([2, 1, 0x61, 42], table.Table.Find(721651713));
    }

    [Fact]
    public void Add_hides_and_Remove_brings_back()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("key", 1);
        table.Add("key", 2);
        table.Add("other", 3);

        Assert.Equal(2, table.Find("key"));
        Assert.Equal([2, 1], table.FindAll("key"));
        Assert.Equal(3, table.Count);
        Assert.True(table.Remove("key"));
        Assert.Equal(1, table.Find("key"));
        Assert.True(table.Remove("key"));
        Assert.False(table.Remove("key"));
        Assert.False(table.Contains("key"));
        Assert.Empty(table.FindAll("key"));
        Assert.Equal(3, table.Find("other"));
    }

    [Fact]
    public void Finding_an_unbound_key_names_the_table_and_the_key()
    {
        ShmHashtable<string, int> table = OpenStringToInt();

        var error = Assert.Throws<KeyNotFoundException>(() => table.Find("nowhere"));

        Assert.Contains(_temp.Name.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", error.Message, StringComparison.Ordinal);
        Assert.False(table.TryFind("nowhere", out _));
        Assert.False(table.Contains("nowhere"));
    }

    [Fact]
    public void Replace_changes_the_newest_binding_only()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("key", 1);
        table.Add("key", 2);

        table.Replace("key", 3);
        table.Replace("new", 4);

        Assert.Equal([3, 1], table.FindAll("key"));
        Assert.Equal([4], table.FindAll("new"));
    }

    [Fact]
    public void Keys_of_one_hash_are_kept_apart()
    {
        var table = new ShmHashtable<string, int>(
            new CollidingManager<string>(DataManagers.String), DataManagers.Int32, _temp.Open());
        table.Add("a", 1);
        table.Add("b", 2);
        table.Add("a", 3);
        table.Add("c", 4);

        Assert.Equal([3, 1], table.FindAll("a"));
        Assert.Equal(2, table.Find("b"));
        Assert.False(table.TryFind("d", out _));
        Assert.False(table.Contains("d"));
        Assert.True(table.Contains("b"));
        Assert.False(table.Remove("d"));
        table.Replace("b", 5);
        table.Replace("a", 6);
        Assert.Equal([5], table.FindAll("b"));
        Assert.Equal([6, 1], table.FindAll("a"));
        Assert.Equal(4, table.Count);
        Assert.Equal(4, table.Table.FindAll(CollidingManager<string>.RawKey).Count);
        Assert.True(table.Remove("a"));
        Assert.Equal([1], table.FindAll("a"));
        Assert.Equal([4], table.FindAll("c"));
    }

    [Fact]
    public void Replace_below_another_key_loses_nothing_wherever_it_fails()
    {
        int comparisonsLeft = int.MaxValue;
        void FailAtLast()
        {
            if (comparisonsLeft-- == 0)
                throw new TimeZoneNotFoundException();
        }

        var keys = new CollidingManager<string>(DataManagers.String, FailAtLast);
        var table = new ShmHashtable<string, int>(keys, DataManagers.Int32, _temp.Open());
        bool isDone = false;
        for (int limit = 0; !isDone; limit++)
        {
            table.Add("a", 1);
            table.Add("b", 2);
            comparisonsLeft = limit;
            isDone = Record.Exception(() => table.Replace("a", 3)) is null;
            comparisonsLeft = int.MaxValue;

            Assert.True(table.Find("a") is 1 or 3);
            Assert.Equal([2], table.FindAll("b"));
            while (table.Remove("a") | table.Remove("b"))
            {
            }

            Assert.True(limit < 100);
        }
    }

    [Fact]
    public void IterateKeys_gives_each_key_once_even_when_keys_of_one_hash_interleave()
    {
        var table = new ShmHashtable<string, int>(
            new CollidingManager<string>(DataManagers.String), DataManagers.Int32, _temp.Open());
        foreach (string key in new[] { "a", "b", "a", "c", "b", "a" })
            table.Add(key, 0);
        var keys = new List<string>();

        table.IterateKeys(keys.Add);

        Assert.Equal(["a", "b", "c"], keys);
    }

    [Fact]
    public void Iterate_and_Fold_give_every_binding_with_those_of_a_key_newest_first()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("key", 1);
        table.Add("key", 2);
        table.Add("other", 3);
        var bindings = new List<(string, int)>();

        table.Iterate((key, value) => bindings.Add((key, value)));
        int sum = table.Fold(0, (_, value, total) => total + value);

        Assert.Equal(3, bindings.Count);
        Assert.Equal([2, 1], bindings.Where(binding => binding.Item1 == "key").Select(binding => binding.Item2));
        Assert.Contains(("other", 3), bindings);
        Assert.Equal(6, sum);
    }

    [Fact]
    public void The_table_can_not_be_modified_while_it_is_iterated()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("key", 1);

        Assert.Throws<InvalidTableOperationException>(() => table.Iterate((_, _) => table.Add("new", 2)));
        Assert.Throws<InvalidTableOperationException>(() => table.IterateKeys(key => table.Remove(key)));
        Assert.Throws<InvalidTableOperationException>(() => table.Fold(0, (key, _, _) =>
        {
            table.Replace(key, 2);
            return 0;
        }));
        Assert.Equal(1, table.Find("key"));
        Assert.Equal(1, table.Count);
    }

    [Fact]
    public void The_table_can_be_read_while_it_is_iterated()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("key", 1);
        int found = 0;

        table.IterateKeys(key => found = table.Find(key));

        Assert.Equal(1, found);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Keys_and_values_of_any_length_come_back(bool collide)
    {
        DataManager<string> keys = collide ? new CollidingManager<string>(DataManagers.String) : DataManagers.String;
        var table = new ShmHashtable<string, byte[]>(keys, DataManagers.Bytes, _temp.Open());
        int[] lengths = [1, 4, 200, .. Enumerable.Range(210, 30), 470, 2_000, 300_000];
        foreach (int length in lengths)
        {
            table.Add(new string('k', length), Bytes(length));
            table.Add(new string('v', length), Bytes(300 - (length % 300)));
        }

        foreach (int length in lengths)
        {
            Assert.Equal(Bytes(length), table.Find(new string('k', length)));
            Assert.Equal(Bytes(300 - (length % 300)), table.Find(new string('v', length)));
            table.Replace(new string('k', length), Bytes(length + 1));
            Assert.Equal([Bytes(length + 1)], table.FindAll(new string('k', length)));
            Assert.True(table.Remove(new string('k', length)));
            Assert.False(table.Contains(new string('k', length)));
            Assert.True(table.Contains(new string('v', length)));
        }
    }

    [Fact]
    public void The_empty_key_and_the_empty_value_are_ordinary_ones()
    {
        var table = new ShmHashtable<string, byte[]>(DataManagers.String, DataManagers.Bytes, _temp.Open());

        table.Add("", []);

        Assert.Equal([], table.Find(""));
        Assert.True(table.Remove(""));
        Assert.False(table.Contains(""));
    }

    [Fact]
    public void Finding_a_short_value_allocates_nothing()
    {
        const int rounds = 1_000;
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("word", 1);
        for (int round = 0; round < rounds; round++)
            table.Find("word");

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int round = 0; round < rounds; round++)
            table.Find("word");

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, rounds);
    }

    [Fact]
    public void A_binding_of_other_types_is_reported_with_the_table_and_what_was_found()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        int[][] damaged = [[], [0], [-1, 0], [9, 1, 0x61, 5], [2, 1, 0x61], [2, 99, 0x61, 5], [2, 1, 0x61, 5, 6]];
        int rawKey = DataManagers.String.Hash("a");
        foreach (int[] words in damaged)
        {
            table.Table.Replace(rawKey, words);

            var error = Assert.Throws<CorruptFileException>(() => table.Find("a"));
            Assert.Contains(_temp.Name.ToString(), error.Message, StringComparison.Ordinal);
            Assert.Throws<CorruptFileException>(() => table.FindAll("a"));
            Assert.Throws<CorruptFileException>(() => table.Iterate((_, _) => { }));
        }

        table.Table.Replace(rawKey, [1, 99, 0x61, 5]);
        Assert.Throws<CorruptFileException>(() => table.Contains("a"));
        Assert.Throws<CorruptFileException>(() => table.Remove("a"));
        Assert.Throws<CorruptFileException>(() => table.Replace("a", 1));
        Assert.Throws<CorruptFileException>(() => table.IterateKeys(_ => { }));
    }

    [Fact]
    public void An_error_of_the_users_action_is_passed_on_as_it_is()
    {
        ShmHashtable<string, int> table = OpenStringToInt();
        table.Add("key", 1);

        Assert.Throws<FormatException>(() => table.Iterate(void (string _, int _) => throw new FormatException()));
        table.Add("key", 2);
        Assert.Equal(2, table.Find("key"));
    }

    [Fact]
    public void Types_of_the_user_serve_as_keys_and_values()
    {
        var table = new ShmHashtable<Point, Option<(string, Point)>>(
            new PointManager(),
            DataManagers.Option(DataManagers.Pair(DataManagers.String, new PointManager())),
            _temp.Open());

        table.Add(new Point(1, 2), default);
        table.Add(new Point(2, 1), ("there", new Point(3, 4)));

        Assert.Equal(default, table.Find(new Point(1, 2)));
        Assert.Equal(("there", new Point(3, 4)), table.Find(new Point(2, 1)).Value);
        Assert.False(table.Contains(new Point(1, 1)));
    }

    [Fact]
    public void An_object_opened_for_reading_is_read()
    {
        OpenStringToInt().Add("key", 1);
        using SharedMemoryObject memory = SharedMemoryObject.Open(_temp.Name, FileMode.Open, FileAccess.Read);
        using var table = ShmHashtable<string, int>.Manage(DataManagers.String, DataManagers.Int32, memory);

        Assert.Equal(1, table.Find("key"));
        Assert.Throws<ReadOnlyTableException>(() => table.Replace("key", 2));
    }

    [Fact]
    public void A_table_that_was_passed_in_stays_open()
    {
        ShmTable table = _temp.Open();

        new ShmHashtable<string, int>(DataManagers.String, DataManagers.Int32, table).Dispose();

        Assert.Equal(0, table.Count);
    }

    private static byte[] Bytes(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)i)];

    private ShmHashtable<string, int> OpenStringToInt() =>
        new(DataManagers.String, DataManagers.Int32, _temp.Open());
}

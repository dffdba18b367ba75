using System.Globalization;
using System.Runtime.InteropServices;

namespace Netshm.Tests.Typed;

public sealed class DataManagerTests
{
    [Fact]
    public void An_int32_is_one_word()
    {
        AssertEncoding(DataManagers.Int32, 7, 7);
        AssertEncoding(DataManagers.Int32, int.MinValue, int.MinValue);
        Assert.Equal(-5, DataManagers.Int32.Hash(-5));
        AssertNotDecodable(DataManagers.Int32, []);
        AssertNotDecodable(DataManagers.Int32, [1, 2]);
    }

    [Fact]
    public void An_int64_is_two_words_with_the_high_one_first()
    {
        AssertEncoding(DataManagers.Int64, 0x0123456789ABCDEF, 0x01234567, unchecked((int)0x89ABCDEF));
        AssertEncoding(DataManagers.Int64, -2, -1, -2);
        AssertEncoding(DataManagers.Int64, 0x80000000, 0, int.MinValue);
        Assert.Equal(unchecked((int)0x89ABCDEF), DataManagers.Int64.Hash(0x0123456789ABCDEF));
        AssertNotDecodable(DataManagers.Int64, [1]);
        AssertNotDecodable(DataManagers.Int64, [1, 2, 3]);
    }

    [Fact]
    public void A_nativeint_is_encoded_as_an_int64()
    {
        AssertEncoding(DataManagers.NativeInt, unchecked((nint)(-2)), -1, -2);
        Assert.Equal(-2, DataManagers.NativeInt.Hash(-2));
        AssertNotDecodable(DataManagers.NativeInt, [1]);
    }

    [Fact]
    public void An_OCaml_int_has_63_bits()
    {
        const long Min = -(1L << 62);
        const long Max = (1L << 62) - 1;
        AssertEncoding(DataManagers.OcamlInt, Min, -(1 << 30), 0);
        AssertEncoding(DataManagers.OcamlInt, Max, (1 << 30) - 1, -1);
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(DataManagers.OcamlInt, Max + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Encode(DataManagers.OcamlInt, Min - 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => DataManagers.OcamlInt.Hash(Max + 1));
        AssertNotDecodable(DataManagers.OcamlInt, [1 << 30, 0]);
        AssertNotDecodable(DataManagers.OcamlInt, [-(1 << 30) - 1, -1]);
    }

    [Fact]
    public void An_array_is_its_elements()
    {
        AssertEncoding(DataManagers.Int32Array, []);
        AssertEncoding(DataManagers.Int32Array, [3, -1], 3, -1);
        Assert.False(DataManagers.Int32Array.Matches([3, -1], [3]));
        Assert.False(DataManagers.Int32Array.Matches([3, -1], [3, -2]));
    }

    [Fact]
    public void A_string_is_its_length_in_bytes_and_its_bytes_filled_up_with_zeros()
    {
        AssertEncoding(DataManagers.String, "", 0);
        AssertEncoding(DataManagers.String, "a", 1, 0x61);
        AssertEncoding(DataManagers.String, "abcd", 4, 0x64636261);
        AssertEncoding(DataManagers.String, "abcde", 5, 0x64636261, 0x65);
        AssertEncoding(DataManagers.String, "é", 2, 0xa9c3);
        AssertEncoding(DataManagers.Bytes, [], 0);
        AssertEncoding(DataManagers.Bytes, [0xff, 0, 0xff], 3, 0xff00ff);
    }

    [Fact]
    public void The_bytes_after_the_end_of_a_string_do_not_matter()
    {
        int[] words = [5, 0x64636261, 0x12345665];

        Assert.Equal("abcde", DataManagers.String.Decode(words));
        Assert.True(DataManagers.String.Matches(words, "abcde"));
        Assert.Equal("abcde"u8.ToArray(), DataManagers.Bytes.Decode(words));
        Assert.True(DataManagers.Bytes.Matches(words, "abcde"u8.ToArray()));
    }

    [Fact]
    public void A_string_matches_only_itself()
    {
        string[] texts =
        [
            "", "a", "b", "ab", "é", "è", "ab€", "a\0",
            new('x', 300), new('€', 300), new string('€', 299) + "¢",
        ];
        foreach (string stored in texts)
        {
            foreach (string sought in texts)
            {
                bool matches = DataManagers.String.Matches(Encode(DataManagers.String, stored), sought);
                Assert.Equal(stored == sought, matches);
            }
        }
    }

    [Fact]
    public void A_string_of_bytes_that_are_no_utf8_is_found_but_not_decoded()
    {
        int[] words = Encode(DataManagers.Bytes, [0x61, 0xff]);

        var error = Assert.Throws<FormatException>(() => DataManagers.String.Decode(words));
        Assert.Contains("UTF-8", error.Message, StringComparison.Ordinal);
        Assert.False(DataManagers.String.Matches(words, "a\uFFFD"));
        Assert.Equal([0x61, 0xff], DataManagers.Bytes.Decode(words));
    }

    [Fact]
    public void A_string_with_a_lone_surrogate_is_refused()
    {
        Assert.ThrowsAny<ArgumentException>(() => Encode(DataManagers.String, "a\uD800"));
        Assert.ThrowsAny<ArgumentException>(() => DataManagers.String.Hash("a\uD800"));
        Assert.False(DataManagers.String.Matches(Encode(DataManagers.Bytes, [0x61, 0xed, 0xa0, 0x80]), "a\uD800"));
    }

    [Fact]
    public void Words_that_are_no_string_are_refused()
    {
        int[][] damaged = [[], [-1], [1], [0, 0], [5, 0], [4, 0, 0], [int.MaxValue, 0], [int.MinValue, 0]];
        foreach (int[] words in damaged)
        {
            AssertNotDecodable(DataManagers.String, words);
            AssertNotDecodable(DataManagers.Bytes, words);
            Assert.Throws<FormatException>(() => DataManagers.String.Matches(words, ""));
        }
    }

    [Fact]
    public void A_pair_is_the_length_of_the_left_part_and_both_parts()
    {
        var manager = DataManagers.Pair(DataManagers.String, DataManagers.Int64);

        AssertEncoding(manager, ("hi", 5), 2, 2, 0x6968, 0, 5);
        AssertEncoding(DataManagers.Pair(DataManagers.Int32Array, DataManagers.Int32Array), ([], []), 0);
        Assert.False(manager.Matches([2, 2, 0x6968, 0, 5], ("ho", 5)));
        Assert.False(manager.Matches([2, 2, 0x6968, 0, 5], ("hi", 6)));
        AssertNotDecodable(manager, []);
        AssertNotDecodable(manager, [5, 2, 0x6968, 0, 5]);
        AssertNotDecodable(manager, [-1, 2, 0x6968, 0, 5]);
        AssertNotDecodable(manager, [int.MaxValue, 2, 0x6968, 0, 5]);
        AssertNotDecodable(manager, [2, 2, 0x6968, 0]);
    }

    [Fact]
    public void The_left_part_of_a_pair_can_be_read_alone()
    {
        DataManager<string> manager = DataManagers.LeftPair(DataManagers.String);

        Assert.Equal("hi", manager.Decode([2, 2, 0x6968, 99, 99, 99]));
        Assert.True(manager.Matches([2, 2, 0x6968, 99], "hi"));
        Assert.False(manager.Matches([2, 2, 0x6968, 99], "ho"));
        Assert.Equal(DataManagers.String.Hash("hi"), manager.Hash("hi"));
        Assert.Throws<NotSupportedException>(() => manager.LengthInWords("hi"));
        Assert.Throws<NotSupportedException>(() => manager.Encode("hi", new int[3]));
        AssertNotDecodable(manager, [3, 2, 0x6968]);
    }

    [Fact]
    public void An_option_is_a_zero_or_a_one_and_the_value()
    {
        var manager = DataManagers.Option(DataManagers.String);

        AssertEncoding(manager, default, 0);
        AssertEncoding(manager, "hi", 1, 2, 0x6968);
        AssertEncoding(DataManagers.Option(manager), new Option<string>(), 1, 0);
        Assert.False(manager.Matches([0], ""));
        Assert.False(manager.Matches([1, 0], default));
        AssertNotDecodable(manager, []);
        AssertNotDecodable(manager, [0, 0]);
        AssertNotDecodable(manager, [2, 0]);
        AssertNotDecodable(manager, [1]);
    }

    [Fact]
    public void An_option_has_a_value_or_says_so()
    {
        Option<int> some = 7;

        Assert.Equal(7, some.Value);
        Assert.True(some.HasValue);
        Assert.Equal("Some 7", some.ToString());
        Assert.False(default(Option<int>).HasValue);
        Assert.Equal("None", default(Option<int>).ToString());
        Assert.Throws<InvalidOperationException>(() => default(Option<int>).Value);
    }

    [Fact]
    public void A_converted_type_is_represented_by_the_inner_one()
    {
        DataManager<Guid> manager = DataManagers.Convert(
            DataManagers.Bytes, (Guid value) => value.ToByteArray(), bytes => new Guid(bytes));
        var value = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff", CultureInfo.InvariantCulture);

        AssertEncoding(manager, value, Encode(DataManagers.Bytes, value.ToByteArray()));
        Assert.Equal(DataManagers.Bytes.Hash(value.ToByteArray()), manager.Hash(value));
        Assert.False(manager.Matches(Encode(manager, value), Guid.Empty));
    }

    [Fact]
    public void A_manager_of_ones_own_needs_only_the_encoding()
    {
        var manager = new PointManager();

        AssertEncoding(manager, new Point(3, 4), 3, 4);
        Assert.False(manager.Matches([3, 4], new Point(3, 5)));
        Assert.Equal(DataManagers.Int32Array.Hash([3, 4]), manager.Hash(new Point(3, 4)));
    }

    private static int[] Encode<T>(DataManager<T> manager, T value)
    {
        int[] words = new int[manager.LengthInWords(value)];
        MemoryMarshal.AsBytes(words.AsSpan()).Fill(0xaa);
        manager.Encode(value, words);
        return words;
    }

    private static void AssertEncoding<T>(DataManager<T> manager, T value, params int[] words)
    {
        Assert.Equal(words, Encode(manager, value));
        Assert.Equal(value, manager.Decode(words));
        Assert.True(manager.Matches(words, value));
    }

    private static void AssertNotDecodable<T>(DataManager<T> manager, int[] words) =>
        Assert.Throws<FormatException>(() => manager.Decode(words));
}

/// <summary>A type of a user, with the least a manager can be.</summary>
public readonly record struct Point(int X, int Y);

public sealed class PointManager : DataManager<Point>
{
    public override int LengthInWords(Point value) => 2;

    public override void Encode(Point value, Span<int> destination)
    {
        destination[0] = value.X;
        destination[1] = value.Y;
    }

    public override Point Decode(ReadOnlySpan<int> words) => words is [var x, var y]
        ? new Point(x, y)
        : throw new FormatException($"a point takes 2 words; found {words.Length}");
}

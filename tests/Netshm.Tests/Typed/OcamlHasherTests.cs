using System.Text;

namespace Netshm.Tests.Typed;

/// <summary>Hashes that OCaml 4.13.1 computed for the same values with <c>Hashtbl.hash</c>.</summary>
public sealed class OcamlHasherTests
{
    [Theory]
    [InlineData(0, 129913994)]
    [InlineData(1, 883721435)]
    [InlineData(-1, 911466517)]
    [InlineData(42, 395478795)]
    [InlineData(1L << 32, 883721435)]
    [InlineData(-(1L << 62), 69827754)]
    [InlineData((1L << 62) - 1, 952257787)]
    public void An_int_is_hashed_with_its_tag(long value, int hash) =>
        Assert.Equal(hash, OcamlHasher.Hash(DataManagers.OcamlInt, value));

    [Theory]
    [InlineData(0, 1058613066)]
    [InlineData(1, 129913994)]
    [InlineData(-1, 911466517)]
    [InlineData(int.MinValue, 952257787)]
    public void An_int32_is_hashed_as_a_word(int value, int hash) =>
        Assert.Equal(hash, OcamlHasher.Hash(DataManagers.Int32, value));

    [Theory]
    [InlineData(0, 1058613066)]
    [InlineData(1, 129913994)]
    [InlineData(-1, 1058613066)]
    [InlineData(0x0123456789ABCDEF, 181395)]
    [InlineData(long.MinValue, 952257787)]
    public void An_int64_is_hashed_by_its_folded_halves(long value, int hash) =>
        Assert.Equal(hash, OcamlHasher.Hash(DataManagers.Int64, value));

    [Theory]
    [InlineData(0, 1058613066)]
    [InlineData(1, 129913994)]
    [InlineData(-1, 911466517)]
    [InlineData(0x0123456789ABCDEF, 181395)]
    [InlineData(long.MinValue, 600019664)]
    public void A_nativeint_is_hashed_by_its_halves_and_sign(long value, int hash) =>
        Assert.Equal(hash, OcamlHasher.Hash(DataManagers.NativeInt, (nint)value));

    [Theory]
    [InlineData("", 0)]
    [InlineData("a", 721651713)]
    [InlineData("ab", 856662637)]
    [InlineData("abc", 767105082)]
    [InlineData("abcd", 65890154)]
    [InlineData("abcde", 335633756)]
    [InlineData("hello world", 1053319576)]
    [InlineData("G", 360890414)]
    [InlineData("é", 536833112)]
    public void A_string_is_hashed_by_its_utf8_bytes(string value, int hash)
    {
        Assert.Equal(hash, OcamlHasher.Hash(DataManagers.String, value));
        Assert.Equal(hash, OcamlHasher.Hash(DataManagers.Bytes, Encoding.UTF8.GetBytes(value)));
    }

    [Fact]
    public void A_long_string_is_hashed_to_its_end()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0xff, 256)];

        Assert.Equal(246607981, OcamlHasher.Hash(DataManagers.Bytes, bytes));
    }

    [Theory]
    [InlineData(new int[0], 1058613066)]
    [InlineData(new[] { 0 }, 389265653)]
    [InlineData(new[] { 1, 2, 3 }, 904847008)]
    [InlineData(new[] { -1 }, 158827943)]
    public void An_array_is_hashed_by_its_elements(int[] value, int hash) =>
        Assert.Equal(hash, OcamlHasher.Hash(DataManagers.Int32Array, value));

    [Theory]
    [InlineData(64)]
    [InlineData(65)]
    public void An_array_is_hashed_by_no_more_than_64_elements(int length) =>
        Assert.Equal(232015138, OcamlHasher.Hash(DataManagers.Int32Array, [.. Enumerable.Range(1, length)]));

    [Fact]
    public void A_pair_is_hashed_as_a_block_of_two()
    {
        var ints = DataManagers.Pair(DataManagers.OcamlInt, DataManagers.OcamlInt);

        Assert.Equal(1014741498, ints.Hash((1, 2)));
        Assert.Equal(570610231, ints.Hash((-1, 0)));
        Assert.Equal(753736036, DataManagers.Pair(DataManagers.String, DataManagers.Int32).Hash(("hi", 7)));
        Assert.Equal(698948930, DataManagers.Pair(DataManagers.Int64, DataManagers.NativeInt).Hash((-5, -5)));
    }

    [Fact]
    public void An_option_is_hashed_as_an_immediate_or_a_block_of_one()
    {
        var option = DataManagers.Option(DataManagers.OcamlInt);

        Assert.Equal(129913994, option.Hash(default));
        Assert.Equal(554989322, option.Hash(0));
        Assert.Equal(935358375, option.Hash(-7));
    }

    [Fact]
    public void Nested_values_are_hashed_breadth_first()
    {
        var options = DataManagers.Option(DataManagers.Option(DataManagers.String));
        var pairs = DataManagers.Pair(
            DataManagers.Pair(DataManagers.String, DataManagers.OcamlInt),
            DataManagers.Option(DataManagers.Int32Array));

        Assert.Equal(129913994, options.Hash(default));
        Assert.Equal(554989322, options.Hash(new Option<string>()));
        Assert.Equal(968774204, options.Hash(new Option<string>("hi")));
        Assert.Equal(514277802, pairs.Hash((("hi", 7), default)));
        Assert.Equal(359468766, pairs.Hash((("hi", 7), new[] { 1, 2 })));
    }

    [Fact]
    public void Blocks_that_are_not_ended_are_an_error()
    {
        var error = Assert.Throws<InvalidOperationException>(() => OcamlHasher.Hash(new UnevenManager(), 1));

        Assert.Contains(nameof(UnevenManager), error.Message, StringComparison.Ordinal);
    }

    private sealed class UnevenManager : DataManager<int>
    {
        public override int LengthInWords(int value) => 1;

        public override void Encode(int value, Span<int> destination) => destination[0] = value;

        public override int Decode(ReadOnlySpan<int> words) => words[0];

        public override void AddToHash(int value, ref OcamlHasher hasher) => hasher.BeginBlock(size: 1);
    }
}

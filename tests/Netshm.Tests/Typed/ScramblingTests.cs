using Netshm.TestKit;

namespace Netshm.Tests.Typed;

/// <summary>Keys that are scattered by a secret.</summary>
public class ScramblingTests
{
    private static byte[] Secret { get; } = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    /// <summary>From the reference implementation's vectors: key 00 01 ... 0f, messages 00 01 ... of 0, 4 and 8 bytes.</summary>
    [Theory]
    [InlineData(new int[0], 0x726fdb47dd0e0e31UL)]
    [InlineData(new[] { 0x03020100 }, 0xcf2794e0277187b7UL)]
    [InlineData(new[] { 0x03020100, 0x07060504 }, 0x93f5f5799a932462UL)]
    public void The_hash_is_SipHash_2_4(int[] words, ulong expected)
    {
        Assert.Equal(expected, new SipHash(Secret).Of(words));
        Assert.Equal((int)expected, DataManagers.Scrambled(DataManagers.Int32Array, Secret).Hash(words));
    }

    [Fact]
    public void A_secret_of_another_length_is_refused()
    {
        ArgumentException e = Assert.Throws<ArgumentException>(
            () => DataManagers.Scrambled(DataManagers.Int32, Secret.AsSpan(1)));
        Assert.Contains("15 bytes", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_found_with_the_secret_only_and_iterated_without()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        using ShmHashtable<string, int> right = Over(table, Secret), wrong = Over(table, [.. Secret.Reverse()]);
        right.Add("key", 1);
        right.Replace("other", 2);
        Assert.Equal(1, right.Find("key"));
        Assert.False(wrong.Contains("key"));
        using var plain = new ShmHashtable<string, int>(DataManagers.String, DataManagers.Int32, table);
        Assert.False(plain.Contains("key"));
        Assert.Equal(3, plain.Fold(0, (_, value, sum) => sum + value));
        Assert.True(right.Remove("key"));
        Assert.False(right.Contains("key"));
    }

    [Fact]
    public void Keys_that_share_the_inner_hash_do_not_share_the_scrambled_one()
    {
        var colliding = new CollidingManager<string>(DataManagers.String);
        DataManager<string> scrambled = DataManagers.Scrambled(colliding, Secret);
        Assert.Equal(colliding.Hash("a"), colliding.Hash("b"));
        Assert.NotEqual(scrambled.Hash("a"), scrambled.Hash("b"));
    }

    private static ShmHashtable<string, int> Over(ShmTable table, byte[] secret) =>
        new(DataManagers.Scrambled(DataManagers.String, secret), DataManagers.Int32, table);
}

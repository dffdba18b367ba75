using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Typed;

/// <summary>Random values of each type, whose hashes and representations are compared with real Ocamlnet.</summary>
public sealed class DataManagerInteropTests(ITestOutputHelper output)
{
    private const int Rounds = 300;

    [OcamlFact]
    public void Int32_agrees() => AssertAgreement(OcamlType.Int32);

    [OcamlFact]
    public void Int64_agrees() => AssertAgreement(OcamlType.Int64);

    [OcamlFact]
    public void NativeInt_agrees() => AssertAgreement(OcamlType.NativeInt);

    [OcamlFact]
    public void OcamlInt_agrees() => AssertAgreement(OcamlType.Int);

    [OcamlFact]
    public void Int32Array_agrees() => AssertAgreement(OcamlType.Words);

    [OcamlFact]
    public void String_agrees() => AssertAgreement(OcamlType.String);

    [OcamlFact]
    public void Bytes_agrees() => AssertAgreement(OcamlType.Bytes);

    [OcamlFact]
    public void Pair_agrees() => AssertAgreement(OcamlType.Pair(OcamlType.Int, OcamlType.String));

    [OcamlFact]
    public void Option_agrees() => AssertAgreement(OcamlType.Option(OcamlType.Int64));

    [OcamlFact]
    public void Nested_pairs_and_options_agree()
    {
        var inner = OcamlType.Pair(OcamlType.Option(OcamlType.NativeInt), OcamlType.Words);
        AssertAgreement(OcamlType.Pair(OcamlType.Pair(inner, OcamlType.Bytes), OcamlType.Option(inner)));
        AssertAgreement(OcamlType.Option(OcamlType.Option(OcamlType.Option(OcamlType.Int32))));
    }

    [OcamlFact]
    public void Values_beyond_the_limits_of_the_hash_agree()
    {
        var leaves2 = OcamlType.Pair(OcamlType.Int, OcamlType.Int);
        var leaves4 = OcamlType.Pair(leaves2, leaves2);
        var leaves8 = OcamlType.Pair(leaves4, leaves4);
        var leaves16 = OcamlType.Pair(leaves8, leaves8);
        var leaves32 = OcamlType.Pair(leaves16, leaves16);
        var leaves64 = OcamlType.Pair(leaves32, leaves32);
        AssertAgreement(leaves8, rounds: 20);
        AssertAgreement(leaves16, rounds: 20);
        AssertAgreement(leaves64, rounds: 20);
        AssertAgreement(OcamlType.Pair(leaves64, leaves64), rounds: 20);
        AssertAgreement(OcamlType.Pair(leaves64, OcamlType.String), rounds: 20);
    }

    private void AssertAgreement<T>(OcamlType<T> type, int rounds = Rounds)
    {
        Seed seed = Seed.Take(output);
        using ChildProcess oracle = OcamlProgram.Start("typed_oracle", "values", type.Name);
        seed.Run(random =>
        {
            for (int round = 0; round < rounds; round++)
                AssertAgreement(type, type.Generate(random), oracle);
        });
    }

    private static void AssertAgreement<T>(OcamlType<T> type, T value, ChildProcess oracle)
    {
        string text = type.Write(value);
        int[] words = new int[type.Manager.LengthInWords(value)];
        type.Manager.Encode(value, words);

        string ownHash = $"{type.Manager.Hash(value)} {OcamlHasher.Hash(type.Manager, value)}";
        Assert.Equal((text, oracle.Ask("hash " + text)), (text, ownHash));
        Assert.Equal(text, oracle.Ask("decode " + OcamlType.Words.Write(words)));
        int[] ocamlWords = ParseWords(oracle.Ask("encode " + text));
        Assert.Equal(words.Length, ocamlWords.Length);
        Assert.True(type.Manager.Matches(ocamlWords, value), text);
        Assert.Equal(text, type.Write(type.Manager.Decode(ocamlWords)));
    }

    private static int[] ParseWords(string text) =>
        [.. text.Trim('[', ']').Split(';', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}

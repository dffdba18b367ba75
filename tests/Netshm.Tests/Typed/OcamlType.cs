using System.Globalization;
using System.Text;

namespace Netshm.Tests.Typed;

/// <summary>A type as both sides know it: its name and its values' text in typed_oracle.ml, its manager here.</summary>
/// <param name="Name">The type in the oracle's notation.</param>
/// <param name="Manager">The manager under test.</param>
/// <param name="Write">Writes a value in the oracle's notation; different values have different texts.</param>
/// <param name="Generate">Makes a random value, often a small or extreme one.</param>
internal sealed record OcamlType<T>(
    string Name, DataManager<T> Manager, Func<T, string> Write, Func<Random, T> Generate)
{
    /// <summary>The same type with other random values.</summary>
    public OcamlType<T> Of(Func<Random, T> generate) => this with { Generate = generate };
}

internal static class OcamlType
{
    public static OcamlType<int> Int32 { get; } =
        new("int32", DataManagers.Int32, Number, random => (int)RandomInt64(random));

    public static OcamlType<long> Int64 { get; } = new("int64", DataManagers.Int64, Number, RandomInt64);

    public static OcamlType<nint> NativeInt { get; } =
        new("nativeint", DataManagers.NativeInt, value => Number(value), random => (nint)RandomInt64(random));

    public static OcamlType<long> Int { get; } =
        new("int", DataManagers.OcamlInt, Number, random => RandomInt64(random) >> 1);

    public static OcamlType<int[]> Words { get; } =
        new("words", DataManagers.Int32Array, words => $"[{string.Join(';', words)}]", RandomWords);

    public static OcamlType<string> String { get; } = new(
        "string", DataManagers.String, text => Hex(Encoding.UTF8.GetBytes(text)), random => RandomText(random, 100));

    public static OcamlType<byte[]> Bytes { get; } =
        new("string", DataManagers.Bytes, Hex, random => RandomBytes(random, 300));

    public static OcamlType<(TLeft, TRight)> Pair<TLeft, TRight>(OcamlType<TLeft> left, OcamlType<TRight> right) => new(
        $"pair({left.Name},{right.Name})",
        DataManagers.Pair(left.Manager, right.Manager),
        pair => $"({left.Write(pair.Item1)},{right.Write(pair.Item2)})",
        random => (left.Generate(random), right.Generate(random)));

    public static OcamlType<Option<T>> Option<T>(OcamlType<T> inner) => new(
        $"option({inner.Name})",
        DataManagers.Option(inner.Manager),
        option => option.HasValue ? $"Some({inner.Write(option.Value)})" : "None",
        random => random.Next(4) == 0 ? default(Option<T>) : inner.Generate(random));

    public static long RandomInt64(Random random) => random.Next(4) switch
    {
        0 => random.Next(-3, 4),
        1 => random.Next(2) == 0 ? long.MinValue : long.MaxValue,
        2 => random.Next(),
        _ => random.NextInt64(long.MinValue, long.MaxValue),
    };

    public static string RandomText(Random random, int maxChars)
    {
        string[] alphabet = random.Next(3) == 0 ? ["a", "é", "€", "𝄞", "\0"] : ["a", "b", "c", " ", "\n"];
        return string.Concat(Enumerable.Range(0, random.Next(maxChars + 1)).Select(_ => alphabet[random.Next(5)]));
    }

    public static byte[] RandomBytes(Random random, int maxLength)
    {
        byte[] bytes = new byte[random.Next(maxLength + 1)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static int[] RandomWords(Random random) =>
        [.. Enumerable.Range(0, random.Next(random.Next(2) == 0 ? 5 : 130)).Select(_ => (int)RandomInt64(random))];

    private static string Number<T>(T value)
        where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Hex(byte[] bytes) => "s" + Convert.ToHexStringLower(bytes);
}

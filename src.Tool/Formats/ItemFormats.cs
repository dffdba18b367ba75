using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Netshm.Tool.Formats;

/// <summary>The types of keys and values that the command line knows.</summary>
internal static class ItemFormats
{
    public const string RawName = "raw";
    public const string JsonName = "json";

    private static readonly JsonSerializerOptions s_options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>One 32-bit number; also the type of a raw table's keys.</summary>
    public static ItemFormat Int32 { get; } = new(
        "int32",
        DataManagers.Convert(DataManagers.Int32, Read<int>, static value => Text(value)),
        static text => Text(Number<int>(text)));

    /// <summary>The words as they are.</summary>
    public static ItemFormat Words { get; } = new(
        "words",
        DataManagers.Convert(DataManagers.Int32Array, Read<int[]>, static value => JsonSerializer.Serialize(value)),
        static text => JsonSerializer.Serialize(ParseWords(text)));

    /// <summary>What values may be.</summary>
    public static ItemFormatList Values { get; } = new(Words, [Words, Int32, Int64, String, Json, Hex]);

    /// <summary>What keys may be; nothing stands for the keys of the raw table.</summary>
    public static ItemFormatList Keys { get; } =
        new(null, [Int32 with { Name = "int" }, Int64, OcamlInt, String, Hex]);

    private static ItemFormat Int64 => new(
        "int64",
        DataManagers.Convert(DataManagers.Int64, Read<long>, static value => Text(value)),
        static text => Text(Number<long>(text)));

    private static ItemFormat OcamlInt => new(
        "ocaml-int",
        DataManagers.Convert(DataManagers.OcamlInt, Read<long>, static value => Text(value)),
        static text => Text(Number<long>(text)));

    private static ItemFormat String => new(
        "string",
        DataManagers.Convert(DataManagers.String, Read<string>, Quote),
        Quote);

    /// <summary>A string that holds JSON, kept to the letter.</summary>
    private static ItemFormat Json => new(JsonName, DataManagers.String, CheckJson);

    /// <summary>A string of any bytes, written in hexadecimal digits.</summary>
    private static ItemFormat Hex => new(
        "hex",
        DataManagers.Convert(
            DataManagers.Bytes,
            static json => System.Convert.FromHexString(Read<string>(json)),
            static bytes => Quote(System.Convert.ToHexStringLower(bytes))),
        static text => Quote(System.Convert.ToHexStringLower(System.Convert.FromHexString(text))));

    /// <summary>A string's JSON.</summary>
    public static string Quote(string text) => JsonSerializer.Serialize(text, s_options);

    private static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json) ?? throw new FormatException("null is not a value");
        }
        catch (JsonException)
        {
            throw new FormatException($"{json} is not {Description<T>()}");
        }
    }

    private static T Number<T>(string text)
        where T : struct, System.Numerics.INumber<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T value)
            ? value
            : throw new FormatException($"'{text}' is not {Description<T>()}");

    private static int[] ParseWords(string text) =>
    [
        .. text.Trim('[', ']')
            .Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(Number<int>),
    ];

    private static string CheckJson(string text)
    {
        try
        {
            using JsonDocument document = JsonText.Parse(text);
            return text;
        }
        catch (JsonException e)
        {
            throw new FormatException($"'{text}' is not JSON: {e.Message}");
        }
    }

    private static string Text<T>(T number)
        where T : IFormattable => number.ToString(null, CultureInfo.InvariantCulture);

    private static string Description<T>() => default(T) switch
    {
        int => "a number of 32 bits",
        long => "a number of 64 bits",
        _ => typeof(T) == typeof(string) ? "a string" : "a list of numbers of 32 bits",
    };
}

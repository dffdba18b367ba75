using System.Text.Json;

namespace Netshm.Tool.Tables;

/// <summary>A binding as a line of JSON, from which it can be made again to the letter.</summary>
/// <remarks>
/// <c>{"key":K,"value":V}</c>; or <c>{"key":K,"text":"..."}</c> for a stored JSON text that would not come back the
/// same, because it has line breaks or blanks around it, or is no JSON.
/// </remarks>
internal static class JsonLine
{
    public static string Write(Binding binding) => IsPlain(binding.Value)
        ? $$"""{"key":{{binding.Key}},"value":{{binding.Value}}}"""
        : $$"""{"key":{{binding.Key}},"text":{{ItemFormats.Quote(binding.Value)}}}""";

    /// <summary>A stored text within JSON: as it is, or, where it would break it, as a string.</summary>
    public static string Embed(string value) => IsPlain(value) ? value : ItemFormats.Quote(value);

    /// <exception cref="UsageException">The line is not of the form.</exception>
    public static Binding Read(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object || !line.TryGetProperty("key", out JsonElement key))
            throw new UsageException("""expected {"key":...,"value":...}""");
        if (line.TryGetProperty("value", out JsonElement value))
            return new Binding(key.GetRawText(), value.GetRawText());
        return line.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String
            ? new Binding(key.GetRawText(), ReadText(text))
            : throw new UsageException("""expected {"key":...,"value":...}""");
    }

    private static string ReadText(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new UsageException($"{text.GetRawText()} is not a text: {e.Message}", e);
        }
    }

    private static bool IsPlain(string value)
    {
        if (value.AsSpan().ContainsAny('\n', '\r') || value.AsSpan().Trim().Length != value.Length)
            return false;
        try
        {
            using JsonDocument document = JsonText.Parse(value);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

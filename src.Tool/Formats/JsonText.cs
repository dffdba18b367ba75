using System.Text.Json;

namespace Netshm.Tool.Formats;

/// <summary>JSON texts as tables and dumps have them.</summary>
internal static class JsonText
{
    /// <summary>
    /// Without a limit to the depth, which the parser does not need: a value is nested one level deeper in the line of a dump
    /// than in the table, and what can be stored is to come back.
    /// </summary>
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = int.MaxValue };

    /// <summary>Parses a text.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static JsonDocument Parse(string text) => JsonDocument.Parse(text, s_options);
}

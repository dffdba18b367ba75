using System.Text.Json;

namespace Netshm.Tool.Formats;

/// <summary>A type that keys or values have: how their words become JSON, and how a user writes them.</summary>
/// <param name="Name">What the command line calls it.</param>
/// <param name="Manager">Represents the JSON text of an item as the words of the table.</param>
/// <param name="ToJson">
/// Makes the JSON text of what a user wrote; a <see cref="FormatException"/> when it is wrong.
/// </param>
internal sealed record ItemFormat(string Name, DataManager<string> Manager, Func<string, string> ToJson)
{
    /// <summary>The item for people: a JSON string without its quotes, everything else as its JSON.</summary>
    public string Show(string json) =>
        json is ['"', ..] && Name != ItemFormats.JsonName ? JsonSerializer.Deserialize<string>(json)! : json;

    /// <summary>The words of an item.</summary>
    public int[] Encode(string json)
    {
        int[] words = new int[Manager.LengthInWords(json)];
        Manager.Encode(json, words);
        return words;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}

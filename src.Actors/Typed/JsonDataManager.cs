using System.Globalization;
using Newtonsoft.Json;
using Newtonsoft.Json.Serialization;

namespace Netshm.Actors;

/// <summary>
/// Represents values as JSON (RFC 8259) in UTF-8, as Newtonsoft.Json writes it; in the table it is a string, which
/// OCaml processes can read. Meant for the values of a table, not for its keys.
/// </summary>
/// <remarks>
/// Every process that may write the table's file decides what is in it, so no type is ever named by it: the settings'
/// <see cref="JsonSerializerSettings.TypeNameHandling"/> is always <see cref="TypeNameHandling.None"/>, whatever they say, and
/// attributes that ask for names of types make writing and reading fail. Values that may be of several types need a converter,
/// which decides itself what it makes. <see cref="JsonConvert.DefaultSettings"/> has no effect: what the file holds is not a
/// matter of one application.
/// </remarks>
/// <typeparam name="T">The type of the values.</typeparam>
public sealed class JsonDataManager<T> : DataManager<T>
{
    /// <summary>
    /// The text that was measured last on this thread, since a value is measured right before it is encoded.
    /// </summary>
    [ThreadStatic]
    private static Measured? t_measured;

    private readonly JsonSerializerSettings? _settings;

    /// <summary>Creates the manager.</summary>
    /// <param name="settings">How values are written; null for Newtonsoft.Json's own defaults.</param>
    public JsonDataManager(JsonSerializerSettings? settings = null) => _settings = settings;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">
    /// The value is nested deeper than <see cref="JsonSerializerSettings.MaxDepth"/> (64) lets it be read, or an attribute asks
    /// for the name of a type in it.
    /// </exception>
    public override int LengthInWords(T value)
    {
        string text = Write(value);
        t_measured = new Measured(this, value, text);
        return DataManagers.String.LengthInWords(text);
    }

    /// <inheritdoc/>
    public override void Encode(T value, Span<int> destination)
    {
        Measured? measured = t_measured;
        t_measured = null;
        bool isThisOne = measured is not null && measured.Manager == this && value is not ValueType
            && ReferenceEquals(measured.Value, value);
        DataManagers.String.Encode(isThisOne ? measured!.Text : Write(value), destination);
    }

    /// <inheritdoc/>
    /// <exception cref="FormatException">The words are not a string of JSON for this type.</exception>
    public override T Decode(ReadOnlySpan<int> words)
    {
        string text = DataManagers.String.Decode(words);
        try
        {
            using var reader = new JsonTextReader(new StringReader(text));
            return CreateSerializer().Deserialize<T>(reader)!;
        }
        catch (JsonException e)
        {
            throw new FormatException($"the JSON is not a {typeof(T)}: {e.Message}", e);
        }
    }

    private string Write(T value)
    {
        JsonSerializer serializer = CreateSerializer();

        // The serializer tells only a depth that was set; without one, its readers take that of fresh settings.
        int? maxDepth = serializer.MaxDepth ?? (_settings ?? new JsonSerializerSettings()).MaxDepth;
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        using (var writer = new BoundedWriter(text, maxDepth) { Formatting = serializer.Formatting })
            serializer.Serialize(writer, value, typeof(T));
        return text.ToString();
    }

    private JsonSerializer CreateSerializer()
    {
        var serializer = JsonSerializer.Create(_settings);
        serializer.TypeNameHandling = TypeNameHandling.None;
        serializer.SerializationBinder = NoTypes.Instance;
        serializer.CheckAdditionalContent = true;
        return serializer;
    }

    /// <summary>Asked for the names of types, which happens for the sake of attributes only, and knows none.</summary>
    private sealed class NoTypes : ISerializationBinder
    {
        public static NoTypes Instance { get; } = new();

        public Type BindToType(string? assemblyName, string typeName) =>
            throw new JsonSerializationException($"the JSON names the type {typeName}, which is never made");

        public void BindToName(Type serializedType, out string? assemblyName, out string? typeName) =>
            throw new ArgumentException(
                $"an attribute asks for the name of the type {serializedType} in the JSON, which can't be read again");
    }

    /// <summary>Refuses what lies deeper than readers go: it could be stored, but never be read again.</summary>
    private sealed class BoundedWriter(TextWriter text, int? maxDepth) : JsonTextWriter(text)
    {
        public override void WriteStartObject()
        {
            base.WriteStartObject();
            CheckDepth();
        }

        public override void WriteStartArray()
        {
            base.WriteStartArray();
            CheckDepth();
        }

        private void CheckDepth()
        {
            if (Top > maxDepth)
                throw new ArgumentException($"the value is nested deeper than {maxDepth}, the MaxDepth of the settings");
        }
    }

    private sealed record Measured(JsonDataManager<T> Manager, object? Value, string Text);
}

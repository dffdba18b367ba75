using System.Runtime.Serialization;

namespace Netshm.Actors.Wire;

/// <summary>
/// What the serializers have in common: a manifest is the message's name, a dot and the version of its layout; the bytes are
/// all of it and nothing else.
/// </summary>
internal static class WireMessages
{
    private const string Version = ".1";

    /// <summary>The manifest of a message.</summary>
    /// <typeparam name="TMarker">What the serializer's messages are marked with.</typeparam>
    /// <param name="message">The message.</param>
    /// <param name="kind">What the serializer writes, for the error.</param>
    /// <exception cref="ArgumentException">It is none of the serializer's messages.</exception>
    public static string ManifestOf<TMarker>(object message, string kind)
    {
        ArgumentNullException.ThrowIfNull(message);
        return message is TMarker
            ? message.GetType().Name + Version
            : throw new ArgumentException($"{message.GetType()} is no {kind}", nameof(message));
    }

    /// <summary>The bytes of a message.</summary>
    public static byte[] ToBytes(object message, Action<object, BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
            write(message, writer);
        return stream.ToArray();
    }

    /// <summary>How many bytes a message takes, without making them.</summary>
    public static long SizeOf(object message, Action<object, BinaryWriter> write)
    {
        using var stream = new CountingStream();
        using (var writer = new BinaryWriter(stream))
            write(message, writer);
        return stream.Length;
    }

    /// <summary>What reads the message of a manifest.</summary>
    /// <exception cref="SerializationException">The manifest is unknown.</exception>
    public static TRead ReaderOf<TRead>(Dictionary<string, TRead> readers, string manifest, string kind)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        return manifest.EndsWith(Version, StringComparison.Ordinal)
            && readers.TryGetValue(manifest[..^Version.Length], out TRead? read)
                ? read
                : throw new SerializationException($"'{manifest}' is no manifest of a {kind}, or of a later version");
    }

    /// <summary>Whether a manifest is that of a message, in whatever version.</summary>
    public static bool IsOf(string manifest, string name) =>
        manifest.StartsWith(name, StringComparison.Ordinal) && manifest.AsSpan(name.Length).StartsWith('.');

    /// <summary>Reads a message from its bytes.</summary>
    /// <exception cref="SerializationException">The bytes are not of the manifest's layout.</exception>
    public static object FromBytes(byte[] bytes, string manifest, Func<BinaryReader, object> read)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        try
        {
            object message = read(reader);
            return stream.Position == stream.Length
                ? message
                : throw new SerializationException(FormattableString.Invariant(
                    $"a {manifest} takes {stream.Position} bytes; {stream.Length} were found"));
        }
        catch (EndOfStreamException e)
        {
            throw new SerializationException(FormattableString.Invariant(
                $"the {bytes.Length} bytes found are too few for a {manifest}"), e);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            throw new SerializationException($"the bytes found are no {manifest}: {e.Message}", e);
        }
    }
}

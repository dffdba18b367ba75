using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Netshm.Typed;

/// <summary>See <see cref="DataManagers.String"/>.</summary>
internal sealed class StringManager : DataManager<string>
{
    private const int StackBytes = 256;

    private static readonly UTF8Encoding StrictUtf8 =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public override int LengthInWords(string value) => StringFormat.LengthInWords(StrictUtf8.GetByteCount(value));

    public override void Encode(string value, Span<int> destination)
    {
        Span<byte> content = StringFormat.Begin(StrictUtf8.GetByteCount(value), destination);
        StrictUtf8.GetBytes(value, content);
    }

    public override string Decode(ReadOnlySpan<int> words)
    {
        try
        {
            return StrictUtf8.GetString(StringFormat.Content(words));
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("the string is not in UTF-8; DataManagers.Bytes reads strings of any bytes", e);
        }
    }

    public override void AddToHash(string value, ref OcamlHasher hasher)
    {
        int byteCount = StrictUtf8.GetByteCount(value);
        byte[]? rented = byteCount > StackBytes ? ArrayPool<byte>.Shared.Rent(byteCount) : null;
        Span<byte> bytes = rented ?? stackalloc byte[StackBytes];
        StrictUtf8.GetBytes(value, bytes);
        hasher.AddBytes(bytes[..byteCount]);
        if (rented is not null)
            ArrayPool<byte>.Shared.Return(rented);
    }

    public override bool Matches(ReadOnlySpan<int> words, string value)
    {
        ReadOnlySpan<byte> content = StringFormat.Content(words);

        // UTF-8 has as many bytes as there are chars exactly when all of them are ASCII.
        return content.Length == value.Length
            ? Ascii.Equals(content, value)
            : content.Length > value.Length && MatchesUtf8(content, value);
    }

    private static bool MatchesUtf8(ReadOnlySpan<byte> content, ReadOnlySpan<char> value)
    {
        Span<byte> chunk = stackalloc byte[StackBytes];
        while (!value.IsEmpty)
        {
            OperationStatus status = Utf8.FromUtf16(
                value, chunk, out int charsRead, out int bytesWritten, replaceInvalidSequences: false);
            if (status == OperationStatus.InvalidData || !content.StartsWith(chunk[..bytesWritten]))
                return false;
            value = value[charsRead..];
            content = content[bytesWritten..];
        }

        return content.IsEmpty;
    }
}

/// <summary>See <see cref="DataManagers.Bytes"/>.</summary>
internal sealed class BytesManager : DataManager<byte[]>
{
    public override int LengthInWords(byte[] value) => StringFormat.LengthInWords(value.Length);

    public override void Encode(byte[] value, Span<int> destination) =>
        value.CopyTo(StringFormat.Begin(value.Length, destination));

    public override byte[] Decode(ReadOnlySpan<int> words) => StringFormat.Content(words).ToArray();

    public override void AddToHash(byte[] value, ref OcamlHasher hasher) => hasher.AddBytes(value);

    public override bool Matches(ReadOnlySpan<int> words, byte[] value) =>
        StringFormat.Content(words).SequenceEqual(value);
}

/// <summary>
/// The representation of strings: a word with the length in bytes, then the bytes. OCaml leaves the bytes after the
/// end in the last word undefined, so representations can't be compared word by word.
/// </summary>
internal static class StringFormat
{
    public static int LengthInWords(int byteCount) => 1 + (int)(((uint)byteCount + sizeof(int) - 1) / sizeof(int));

    /// <summary>Writes all but the bytes themselves, and gives the place for them.</summary>
    public static Span<byte> Begin(int byteCount, Span<int> destination)
    {
        if (byteCount > 0)
            destination[^1] = 0;
        destination[0] = byteCount;
        return MemoryMarshal.AsBytes(destination[1..])[..byteCount];
    }

    /// <summary>The bytes.</summary>
    public static ReadOnlySpan<byte> Content(ReadOnlySpan<int> words)
    {
        if (words.IsEmpty)
            throw new FormatException("a string takes at least 1 word; found 0");
        int byteCount = words[0];
        if (byteCount < 0 || LengthInWords(byteCount) != words.Length)
        {
            throw new FormatException(FormattableString.Invariant(
                $"a string of {byteCount} bytes takes another number of words than the {words.Length} found"));
        }

        return MemoryMarshal.AsBytes(words[1..])[..byteCount];
    }
}

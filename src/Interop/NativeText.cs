using System.Runtime.InteropServices.Marshalling;
using System.Text;

namespace Netshm.Interop;

/// <summary>The one place where managed text becomes text of the C library, which is UTF-8 and ends at the first NUL.</summary>
/// <remarks>
/// A text with a NUL would be another, shorter one there, and half of a surrogate pair would become a question mark: two names
/// here, one file there. Such text is refused, by <see cref="ThrowIfUnfitForPath"/> as soon as a name is made of it, and in any
/// case before a call gets it.
/// </remarks>
[CustomMarshaller(typeof(string), MarshalMode.ManagedToUnmanagedIn, typeof(NativeText))]
internal static unsafe class NativeText
{
    private const int MaxBytesInComponent = 255; // NAME_MAX
    private const int MaxBytesInPath = 4096 - 1; // PATH_MAX counts the NUL.

    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Makes a copy for a call.</summary>
    /// <exception cref="ArgumentException">The C library has no equivalent of the text.</exception>
    public static byte* ConvertToUnmanaged(string text)
    {
        int length = LengthInBytes(text, nameof(text));

        // SAFETY: the block has room for all bytes and the NUL, and is freed after the call.
        byte* copy = (byte*)NativeMemory.Alloc((nuint)length + 1);
        _ = s_utf8.GetBytes(text, new Span<byte>(copy, length));
        copy[length] = 0;
        return copy;
    }

    /// <summary>Frees the copy.</summary>
    public static void Free(byte* copy) => NativeMemory.Free(copy);

    /// <summary>Makes sure that a path, and the same with a longer ending, can be given to the system.</summary>
    /// <param name="path">The path.</param>
    /// <param name="longestSuffix">What is appended to it at most.</param>
    /// <param name="parameter">The parameter that the path came in by.</param>
    /// <exception cref="ArgumentException">It has a NUL, or half of a surrogate pair.</exception>
    /// <exception cref="PathTooLongException">It, or a part of it, is longer than Linux allows.</exception>
    public static void ThrowIfUnfitForPath(
        string path, string longestSuffix, [CallerArgumentExpression(nameof(path))] string? parameter = null)
    {
        ThrowIfTooLong(path, LengthInBytes(path, parameter), MaxBytesInPath, longestSuffix, "a path");
        string[] components = path.Split('/');
        for (int i = 0; i < components.Length; i++)
        {
            string suffix = i == components.Length - 1 ? longestSuffix : "";
            ThrowIfTooLong(
                components[i], LengthInBytes(components[i], parameter), MaxBytesInComponent, suffix, "a file name");
        }
    }

    private static int LengthInBytes(string text, string? parameter)
    {
        if (text.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException(
                $"'{text.Replace("\0", "\\0", StringComparison.Ordinal)}' has a NUL character, which would end it", parameter);
        }

        try
        {
            return s_utf8.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException(
                $"'{text}' has half of a surrogate pair at index {e.Index}, which has no UTF-8", parameter, e);
        }
    }

    private static void ThrowIfTooLong(string text, int lengthInBytes, int mostBytes, string suffix, string what)
    {
        int most = mostBytes - suffix.Length;
        if (lengthInBytes <= most)
            return;
        string room = suffix.Length == 0 ? "" : $", which leaves room for '{suffix}' behind it";
        throw new PathTooLongException(string.Create(
            null, $"'{text}' has {lengthInBytes} bytes; {what} may have {most} here{room}: choose a shorter one"));
    }
}

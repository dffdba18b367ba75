using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Netshm.Exploration;

/// <summary>What a script stored, as lines of text; usually only their hash is kept.</summary>
internal sealed class Trace : IDisposable
{
    private const int HashLengthInDigits = 16;
    private const int FlushedLength = 1 << 15;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly StringBuilder _lines = new();
    private readonly Stream? _text;

    /// <param name="text">Where the lines go, too.</param>
    public Trace(Stream? text = null) => _text = text;

    /// <summary>Says what is going on.</summary>
    public void Tell(string what)
    {
        _lines.Append(what).Append('\n');
        FlushWhenLong();
    }

    /// <summary>Says that a file has another length; -1 when it is gone.</summary>
    public void TellLength(long store, string file, long length) =>
        _lines.Append(CultureInfo.InvariantCulture, $"{store} {file} length {length}\n");

    /// <summary>Says that words were stored.</summary>
    public void TellWords(long store, string file, int offset, ReadOnlySpan<int> words)
    {
        _lines.Append(CultureInfo.InvariantCulture, $"{store} {file} {offset:x}:");
        foreach (int word in words)
            _lines.Append(CultureInfo.InvariantCulture, $" {word:x}");
        _lines.Append('\n');
        FlushWhenLong();
    }

    /// <summary>Says that bytes were stored that are not the same in each run.</summary>
    public void TellVarying(long store, string file, int offset, bool isZero)
    {
        string what = isZero ? "none" : "drawn";
        _lines.Append(CultureInfo.InvariantCulture, $"{store} {file} {offset:x}: {what}\n");
    }

    /// <summary>Ends the trace.</summary>
    /// <returns>The first digits of its lines' SHA-256.</returns>
    public string End()
    {
        Flush();
        return Convert.ToHexStringLower(_hash.GetHashAndReset())[..HashLengthInDigits];
    }

    public void Dispose() => _hash.Dispose();

    private void FlushWhenLong()
    {
        if (_lines.Length > FlushedLength)
            Flush();
    }

    private void Flush()
    {
        byte[] bytes = Encoding.ASCII.GetBytes(_lines.ToString());
        _lines.Clear();
        _hash.AppendData(bytes);
        _text?.Write(bytes);
    }
}

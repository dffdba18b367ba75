using System.Text;
using System.Text.Json;

namespace Netshm.Tool.Tables;

/// <summary>Reads the lines of a dump.</summary>
internal sealed class DumpReader
{
    private readonly TextReader _reader;
    private readonly JsonElement? _firstBinding;
    private int _line;

    /// <summary>Reads the first line.</summary>
    /// <exception cref="UsageException">It is not one of a dump.</exception>
    public DumpReader(TextReader reader)
    {
        _reader = reader;
        if (NextLine() is not { } first)
            return;
        Header = DumpHeader.TryRead(first);
        if (Header is null)
            _firstBinding = first;
    }

    /// <summary>The first line; null when there is none.</summary>
    public DumpHeader? Header { get; }

    /// <summary>The bindings, in the order of the lines.</summary>
    /// <exception cref="UsageException">A line is not a binding.</exception>
    public IEnumerable<Binding> Bindings()
    {
        for (JsonElement? line = _firstBinding ?? NextLine(); line is { } json; line = NextLine())
        {
            Binding binding;
            try
            {
                binding = JsonLine.Read(json);
            }
            catch (UsageException e)
            {
                throw new UsageException($"line {_line}: {e.Message}", e);
            }

            yield return binding;
        }
    }

    private JsonElement? NextLine()
    {
        string? line;
        do
        {
            line = ReadLine();
            _line++;
        }
        while (line is { Length: 0 });
        if (line is null)
            return null;
        try
        {
            using JsonDocument document = JsonText.Parse(line);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new UsageException($"line {_line} is not JSON: {e.Message}", e);
        }
    }

    private string? ReadLine()
    {
        try
        {
            return _reader.ReadLine();
        }
        catch (DecoderFallbackException e)
        {
            // The reader is ahead of the lines, so the place is behind this one.
            throw new UsageException($"the dump is not in UTF-8, somewhere after line {_line}: {e.Message}", e);
        }
    }
}

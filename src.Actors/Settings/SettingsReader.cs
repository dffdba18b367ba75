using System.Globalization;
using System.Text.RegularExpressions;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace Netshm.Actors.Settings;

/// <summary>
/// Reads one section of the configuration strictly: each error names the key, its value and what is allowed.
/// </summary>
/// <remarks>It does not mind keys that are no settings: see <see cref="UnknownKeys"/>.</remarks>
internal sealed partial class SettingsReader
{
    private const string TimeExpected = "a time of more than 0 and at most 24 days such as 100us, 20ms, 1.5 seconds, 2m or 1h";

    /// <summary>What timers can wait for.</summary>
    private static readonly TimeSpan s_longestTime = TimeSpan.FromMilliseconds(int.MaxValue);

    private readonly Config _section;
    private readonly string _path;

    /// <summary>Begins to read a section.</summary>
    /// <param name="section">The section, with its fallbacks.</param>
    /// <param name="path">What errors call it.</param>
    public SettingsReader(Config section, string path)
    {
        _section = section;
        _path = path;
    }

    /// <summary>Begins to read a section inside this one.</summary>
    public SettingsReader Section(string key) => _section.HasPath(key) && _section.GetValue(key).IsObject()
        ? new SettingsReader(_section.GetConfig(key), $"{_path}.{key}")
        : throw Wrong(key, _section.HasPath(key) ? _section.GetValue(key).ToString() : null, "a section in braces");

    public string Text(string key)
    {
        string? text = _section.HasPath(key) ? _section.GetString(key) : null;
        return string.IsNullOrEmpty(text) ? throw Wrong(key, text, "a text") : text;
    }

    /// <summary>A text, or null for the word that stands for none.</summary>
    public string? TextOr(string none, string key) => Text(key) is var text && text != none ? text : null;

    /// <summary>The word <c>on</c> or <c>off</c>.</summary>
    public bool Switch(string key) => Text(key) switch
    {
        "on" or "true" => true,
        "off" or "false" => false,
        var text => throw Wrong(key, text, "on or off"),
    };

    public int Int32(string key, int min, int max) =>
        int.TryParse(Text(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
        && number >= min && number <= max
            ? number
            : throw Wrong(key, Text(key), FormattableString.Invariant($"a whole number from {min} to {max}"));

    /// <summary>A number, or null for the word that stands for none.</summary>
    public int? Int32Or(string none, string key, int min, int max)
    {
        if (Text(key) == none)
            return null;
        try
        {
            return Int32(key, min, max);
        }
        catch (ConfigurationException)
        {
            throw Wrong(key, Text(key), FormattableString.Invariant($"{none}, or a whole number from {min} to {max}"));
        }
    }

    /// <summary>A time with its unit, more than nothing.</summary>
    public TimeSpan Time(string key) => TryParseTime(Text(key), out TimeSpan time)
        ? time
        : throw Wrong(key, Text(key), TimeExpected);

    /// <summary>A time, or <see cref="Timeout.InfiniteTimeSpan"/> for the word "infinite".</summary>
    public TimeSpan TimeOrInfinite(string key)
    {
        if (Text(key) == "infinite")
            return Timeout.InfiniteTimeSpan;
        return TryParseTime(Text(key), out TimeSpan time)
            ? time
            : throw Wrong(key, Text(key), $"infinite, or {TimeExpected}");
    }

    /// <summary>One of an enumeration's names, in whatever case.</summary>
    public T Choice<T>(string key)
        where T : struct, Enum
    {
        string text = Text(key);
        foreach (T value in Enum.GetValues<T>())
        {
            if (string.Equals(value.ToString(), text, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        throw Wrong(key, text, string.Join(", ", Enum.GetNames<T>().Select(name => name.ToLowerInvariant())));
    }

    /// <summary>The permissions of a file in octal digits.</summary>
    public UnixFileMode Permissions(string key)
    {
        string text = Text(key);
        if (!OctalPermissions().IsMatch(text))
            throw Wrong(key, text, "three octal digits such as 600, of which the first has read and write (6 or 7)");
        return (UnixFileMode)Convert.ToInt32(text, 8);
    }

    /// <summary>Reads a text by a parser that throws a <see cref="FormatException"/>.</summary>
    public T Parsed<T>(string key, Func<string, T> parse)
    {
        try
        {
            return parse(Text(key));
        }
        catch (FormatException e)
        {
            throw new ConfigurationException($"{_path}.{key}: {e.Message}", e);
        }
    }

    public ConfigurationException Wrong(string key, string? value, string allowed) =>
        new($"{_path}.{key} = {(string.IsNullOrEmpty(value) ? "(nothing)" : value)}: expected {allowed}");

    /// <summary>Reads a time as Akka does, and <c>us</c>, which other readers of HOCON know for microseconds.</summary>
    private static bool TryParseTime(string text, out TimeSpan time)
    {
        const string micros = "us";
        var value = new HoconValue();
        value.AppendValue(new HoconLiteral
        {
            Value = text.EndsWith(micros, StringComparison.Ordinal) ? text[..^micros.Length] + "micros" : text,
        });
        try
        {
            time = value.GetTimeSpan(allowInfinite: false);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            time = default;
        }

        return time > TimeSpan.Zero && time <= s_longestTime;
    }

    [GeneratedRegex("^[67][0-7][0-7]$", RegexOptions.CultureInvariant)]
    private static partial Regex OctalPermissions();
}

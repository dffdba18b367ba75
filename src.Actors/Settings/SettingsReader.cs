using System.Globalization;
using System.Text.RegularExpressions;
using Akka.Configuration;

namespace Netshm.Actors;

/// <summary>
/// Reads one section of the configuration strictly: each error names the key, its value and what is allowed.
/// </summary>
internal sealed partial class SettingsReader
{
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

    /// <summary>Throws when the section has a key that is not among the known ones.</summary>
    public void AllowOnly(params string[] known)
    {
        foreach (string key in _section.AsEnumerable().Select(item => item.Key))
        {
            if (!known.Contains(key))
                throw new ConfigurationException($"{_path}.{key} is no setting; there are {string.Join(", ", known)}");
        }
    }

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
        : throw Wrong(key, Text(key), "a time of more than 0 such as 100us, 20ms, 1.5s, 2m or 1h");

    /// <summary>A time, or <see cref="Timeout.InfiniteTimeSpan"/> for the word "infinite".</summary>
    public TimeSpan TimeOrInfinite(string key)
    {
        if (Text(key) == "infinite")
            return Timeout.InfiniteTimeSpan;
        return TryParseTime(Text(key), out TimeSpan time)
            ? time
            : throw Wrong(key, Text(key), "infinite, or a time of more than 0 such as 20ms, 1.5s, 2m or 1h");
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

    private static bool TryParseTime(string text, out TimeSpan time)
    {
        time = default;
        Match match = TimeWithUnit().Match(text);
        if (!match.Success)
            return false;
        double number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        double seconds = number * match.Groups[2].Value switch
        {
            "us" => 1e-6,
            "ms" => 1e-3,
            "s" => 1,
            "m" => 60,
            _ => 3600,
        };
        if (seconds is <= 0 or > int.MaxValue / 1000)
            return false;
        time = TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    [GeneratedRegex(@"^(\d+(?:\.\d+)?)\s*(us|ms|s|m|h)$", RegexOptions.CultureInvariant)]
    private static partial Regex TimeWithUnit();

    [GeneratedRegex("^[67][0-7][0-7]$", RegexOptions.CultureInvariant)]
    private static partial Regex OctalPermissions();
}

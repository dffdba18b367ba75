using System.Globalization;

namespace Netshm.TestKit;

/// <summary>Tables and values as text, the same for a table, its model and the OCaml programs of the tests.</summary>
/// <remarks>
/// A value is its words with commas between them, and <c>-</c> when it has none. A table is its bindings as
/// <c>KEY=VALUE</c> with blanks between them, ordered by key, those of one key from the newest to the oldest.
/// </remarks>
public static class TableDump
{
    private const string Empty = "-";

    /// <summary>A value as text.</summary>
    public static string Format(ReadOnlySpan<int> value)
    {
        if (value.IsEmpty)
            return Empty;
        return string.Join(',', value.ToArray().Select(word => word.ToString(CultureInfo.InvariantCulture)));
    }

    /// <summary>Reads <see cref="Format(ReadOnlySpan{int})"/>'s text.</summary>
    public static int[] ParseValue(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text == Empty
            ? []
            : [.. text.Split(',').Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
    }

    /// <summary>A model as text.</summary>
    public static string Format(TableModel model) => Format((IEnumerable<KeyValuePair<int, int[]>>)model);

    /// <summary>A table as text, read by one iteration.</summary>
    public static string Format(ShmTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        List<KeyValuePair<int, int[]>> bindings = [];
        table.Iterate((key, value) => bindings.Add(KeyValuePair.Create(key, value.ToArray())));
        return Format(bindings.OrderBy(binding => binding.Key));
    }

    /// <summary>Reads the text of a table that is not empty into a model.</summary>
    public static TableModel ParseModel(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var model = new TableModel();
        foreach (string binding in text.Split(' ').Reverse())
        {
            string[] keyAndValue = binding.Split('=');
            model.Add(int.Parse(keyAndValue[0], CultureInfo.InvariantCulture), ParseValue(keyAndValue[1]));
        }

        return model;
    }

    private static string Format(IEnumerable<KeyValuePair<int, int[]>> bindings) =>
        string.Join(' ', bindings.Select(binding =>
            FormattableString.Invariant($"{binding.Key}={Format(binding.Value)}")));
}

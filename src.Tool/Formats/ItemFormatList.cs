namespace Netshm.Tool.Formats;

/// <summary>The formats that one option can name.</summary>
/// <param name="Default">The format without the option; null for the raw table's keys.</param>
/// <param name="All">All formats.</param>
internal sealed record ItemFormatList(ItemFormat? Default, IReadOnlyList<ItemFormat> All)
{
    public IEnumerable<string> Names => All.Select(format => format.Name);

    /// <summary>The format of a name; null for the raw table's keys.</summary>
    /// <exception cref="FormatException">There is no such format.</exception>
    public ItemFormat? Parse(string name)
    {
        if (Default is null && name == ItemFormats.RawName)
            return null;
        return All.FirstOrDefault(format => format.Name == name)
            ?? throw new FormatException($"'{name}' is not a type; expected one of {string.Join(", ", Names)}");
    }
}

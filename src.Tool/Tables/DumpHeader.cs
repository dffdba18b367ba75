using System.Text.Json;

namespace Netshm.Tool.Tables;

/// <summary>The first line of a dump: what <c>load</c> needs to make an equal table.</summary>
/// <param name="PageSize">The table's page size, in bytes.</param>
/// <param name="Key">The type of the keys.</param>
/// <param name="Value">The type of the values.</param>
/// <param name="Bindings">How many lines follow.</param>
internal sealed record DumpHeader(int PageSize, string Key, string Value, int Bindings)
{
    private const int Version = 1;

    /// <summary>The line.</summary>
    public string Write() =>
        FormattableString.Invariant(
            $$"""{"netshm":{{Version}},"pageSize":{{PageSize}},"key":"{{Key}}","value":"{{Value}}","bindings":{{Bindings}}}""");

    /// <summary>Reads a first line; null when it is a binding already.</summary>
    /// <exception cref="UsageException">It is the header of another version of this program, or damaged.</exception>
    public static DumpHeader? TryRead(JsonElement line)
    {
        if (line.ValueKind != JsonValueKind.Object || !line.TryGetProperty("netshm", out JsonElement version))
            return null;
        try
        {
            return version.GetInt32() == Version
                ? new DumpHeader(
                    line.GetProperty("pageSize").GetInt32(),
                    line.GetProperty("key").GetString()!,
                    line.GetProperty("value").GetString()!,
                    line.GetProperty("bindings").GetInt32())
                : throw new UsageException($"the dump is of version {version}; this program knows version {Version}");
        }
        catch (Exception e) when (e is KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new UsageException($"the first line is not the header of a dump: {e.Message}", e);
        }
    }
}

using System.Text;

namespace Netshm.Actors;

/// <summary>
/// What the actors of tables are called below <c>/system/netshm</c>, so that no two tables meet there, whatever they are
/// called, and none meets a partition of a sharded table or an actor of this library.
/// </summary>
/// <remarks>
/// A table's name is escaped as in a URI, which leaves letters, digits and <c>-._~</c>. A partition has an <c>@</c> that no
/// escaped name has; Akka's names for actors without one begin with <c>$</c>.
/// </remarks>
internal static class ChildName
{
    private static readonly UTF8Encoding s_strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="ArgumentException">The name is no text: two such names would be escaped alike.</exception>
    public static string OfTable(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        try
        {
            _ = s_strict.GetByteCount(name);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException(
                $"the table's name has half of a surrogate pair at index {e.Index}; expected a text", nameof(name), e);
        }

        // These two would lead elsewhere in a path.
        return name is "." or ".." ? name.Replace(".", "%2E", StringComparison.Ordinal) : Uri.EscapeDataString(name);
    }

    /// <summary>Whether a child of the guardian is the actor of a table or a partition, and not one that has no name.</summary>
    public static bool IsOfTable(string childName) => !childName.StartsWith('$');

    public static string OfPartition(string table, int partition) =>
        FormattableString.Invariant($"{OfTable(table)}@{partition}");
}

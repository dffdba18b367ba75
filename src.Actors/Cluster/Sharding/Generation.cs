using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// Which copy of a partition's contents a file holds. Each copy that is begun, on whatever host, is a generation of its own;
/// the cluster's <see cref="PartitionRegister"/> names the one that counts.
/// </summary>
/// <param name="Epoch">Counts up with every copy that was begun after the one before it counted.</param>
/// <param name="Id">Tells copies of the same epoch apart: of those, all but one were given up.</param>
internal readonly record struct Generation(long Epoch, Guid Id)
{
    /// <summary>A new copy that is to take this one's place.</summary>
    public Generation Next() => Begin(Epoch + 1);

    /// <summary>A new copy.</summary>
    public static Generation Begin(long epoch) => new(epoch, Guid.NewGuid());

    /// <summary>Whether the other copy can't count any more when this one does.</summary>
    public bool Supersedes(Generation other) => other.Epoch <= Epoch && other.Id != Id;

    /// <summary>The text in file names and in the register: the epoch, a dash, the id in 32 hexadecimal digits.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Epoch}-{Id:N}");

    /// <summary>Reads the text.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Generation? generation)
    {
        generation = text.Split('-') is [var epoch, var id]
            && long.TryParse(epoch, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            && Guid.TryParseExact(id, "N", out Guid guid)
                ? new Generation(number, guid)
                : null;
        return generation is not null;
    }
}

using System.Globalization;

namespace Netshm.Tests.Promises;

/// <summary>One operation on a key: between start and end it took effect at some instant.</summary>
internal sealed record KeyOperation(int Key, string Kind, int Version, long Start, long End)
{
    /// <summary>Stands for a key that is not bound.</summary>
    public const int Unbound = 0;

    /// <summary>Reads the worker's line.</summary>
    public static KeyOperation Parse(string line)
    {
        string[] words = line.Split(' ');
        return new KeyOperation(
            int.Parse(words[0], CultureInfo.InvariantCulture),
            words[1],
            int.Parse(words[2], CultureInfo.InvariantCulture),
            long.Parse(words[3], CultureInfo.InvariantCulture),
            long.Parse(words[4], CultureInfo.InvariantCulture));
    }

    /// <summary>The version that the key has afterwards, or null when the answer was wrong for the one before.</summary>
    public int? Apply(int version) => Kind switch
    {
        "write" => Version,
        "remove" => (Version != Unbound) == (version != Unbound) ? Unbound : null,
        "read" => Version == version ? version : null,
        "contains" => (Version != Unbound) == (version != Unbound) ? version : null,
        _ => throw new InvalidDataException($"'{Kind}' is no kind of operation"),
    };
}

/// <summary>
/// Decides whether the operations on one key can be put into an order that respects real time and in which each answer is
/// right: the search of Wing and Gong (1993), with the memory of visited configurations by Lowe (2017).
/// </summary>
/// <remarks>
/// A configuration is the version that the key has, and which operations are done. Those are all that ended before the
/// first one that is not done began, and a few others; so the ones done out of order are few.
/// </remarks>
internal static class KeyHistory
{
    /// <summary>Whether there is such an order, beginning with the key not bound.</summary>
    public static bool IsLinearizable(IEnumerable<KeyOperation> operations)
    {
        KeyOperation[] byStart = [.. operations.OrderBy(operation => operation.Start)];
        var visited = new HashSet<(int First, string Done, int Version)>();
        var open = new Stack<(int First, SortedSet<int> Done, int Version)>();
        open.Push((0, [], KeyOperation.Unbound));
        while (open.TryPop(out (int First, SortedSet<int> Done, int Version) at))
        {
            if (at.First == byStart.Length)
                return true;
            if (!visited.Add((at.First, string.Join(',', at.Done), at.Version)))
                continue;

            // What begins after one that is not done has ended can't come next.
            long earliestEnd = long.MaxValue;
            for (int i = at.First; i < byStart.Length && byStart[i].Start <= earliestEnd; i++)
            {
                if (at.Done.Contains(i))
                    continue;
                earliestEnd = Math.Min(earliestEnd, byStart[i].End);
                if (byStart[i].Apply(at.Version) is { } version)
                    open.Push(After(at.First, at.Done, i, version));
            }
        }

        return false;
    }

    private static (int First, SortedSet<int> Done, int Version) After(
        int first, SortedSet<int> done, int next, int version)
    {
        var rest = new SortedSet<int>(done) { next };
        while (rest.Remove(first))
            first++;
        return (first, rest, version);
    }
}

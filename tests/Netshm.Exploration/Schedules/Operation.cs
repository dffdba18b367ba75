using System.Globalization;

namespace Netshm.Exploration;

/// <summary>What one process did to the table at some instant between two others.</summary>
/// <param name="What">For messages.</param>
/// <param name="Invoked">When it began.</param>
internal sealed record Operation(string What, long Invoked)
{
    /// <summary>When it ended; never, when its process died meanwhile.</summary>
    public long Returned { get; set; } = long.MaxValue;

    /// <summary>Which states it may have led to from a state; none, when what it saw does not fit.</summary>
    public Func<TableState, IEnumerable<TableState>> Outcomes { get; set; } = state => [state];

    public bool IsComplete => Returned != long.MaxValue;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Invoked,5}..{(IsComplete ? Returned : "death"),-5} {What}");
}

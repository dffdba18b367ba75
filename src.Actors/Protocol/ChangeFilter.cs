namespace Netshm.Actors;

/// <summary>Which changes a subscriber wants; see <see cref="TableRef.Subscribe"/>.</summary>
/// <remarks>
/// Gaps, and <see cref="ChangeKind.Cleared"/>, are always told. With a filter the numbers have holes, so only a
/// <see cref="TableProtocol.Gap"/> says that something was lost.
/// </remarks>
/// <param name="Keys">The keys that are wanted; none stands for all.</param>
/// <param name="Kinds">What is wanted; none stands for all.</param>
public sealed record ChangeFilter(Sequence<int> Keys, Sequence<ChangeKind> Kinds)
{
    /// <summary>All changes of some keys.</summary>
    /// <param name="keys">The keys.</param>
    public static ChangeFilter OfKeys(params ReadOnlySpan<int> keys) => new(Sequence.Create(keys), default);
}

namespace Netshm;

/// <summary>One committed modification of a table, or a gap where some were lost.</summary>
/// <param name="FirstNumber">For a gap the first number that is lost; else the same as <paramref name="Number"/>.</param>
/// <param name="Number">
/// The number of the change. Numbers begin with 1 and have no holes, for a table as long as its sidecar exists.
/// </param>
/// <param name="Kind">What was done.</param>
/// <param name="Key">The key whose bindings changed; 0 for <see cref="ChangeKind.Gap"/> and <see cref="ChangeKind.Cleared"/>.</param>
/// <param name="LengthInWords">The length of the new value, when one was added or replaced another; else 0.</param>
/// <param name="Depth">
/// Which binding of the key was removed or edited: how many newer ones hid it. 0 for the newest one, and for other changes.
/// </param>
public readonly record struct TableChange(
    long FirstNumber, long Number, ChangeKind Kind, int Key, int LengthInWords, int Depth)
{
    /// <summary>A gap of all numbers from one to another.</summary>
    internal static TableChange Gap(long first, long last) => new(first, last, ChangeKind.Gap, 0, 0, 0);

    /// <summary>A change as the ring holds it.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="kind">What was done.</param>
    /// <param name="key">The key.</param>
    /// <param name="detail">The new value's length, or the depth of what was removed or edited.</param>
    internal static TableChange Of(long number, ChangeKind kind, int key, int detail)
    {
        bool hasValue = kind is ChangeKind.Added or ChangeKind.Replaced;
        return new TableChange(number, number, kind, key, hasValue ? detail : 0, hasValue ? 0 : detail);
    }
}

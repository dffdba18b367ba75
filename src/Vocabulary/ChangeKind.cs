namespace Netshm;

/// <summary>What a <see cref="TableChange"/> is about.</summary>
public enum ChangeKind
{
    /// <summary>
    /// Changes whose numbers are lost to this reader: look at the table itself. The reader has fallen behind by more than the
    /// feed holds; or nobody can tell what happened, as after a power cut or while the table was used without the feed.
    /// </summary>
    Gap = 0,
    /// <summary>A binding was added, which hides the older ones of its key.</summary>
    Added = 1,
    /// <summary>The newest binding of a key was replaced.</summary>
    Replaced = 2,
    /// <summary>A binding was removed.</summary>
    Removed = 3,
    /// <summary>A binding was offered for editing in place (<see cref="ShmTable.WriteBlocks"/>), and maybe edited.</summary>
    Edited = 4,
    /// <summary>The table was created anew: all bindings are gone.</summary>
    Cleared = 5,
}

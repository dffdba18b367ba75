namespace Netshm.Vocabulary;

/// <summary>
/// Another owner has taken the table over since this handle was bound to an owner's epoch: nothing was stored, and nothing ever
/// will be through this handle.
/// </summary>
internal sealed class OwnerFencedException(string file, long own, long found)
    : NetshmException(FormattableString.Invariant(
        $"{file}: another owner has taken it over: the owner's epoch is {found}, this one's was {own}; nothing was done"));

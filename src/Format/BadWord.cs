namespace Netshm.Format;

/// <summary>What a page holds against the format.</summary>
/// <param name="Word">The word in the page.</param>
/// <param name="Problem">What was found there and what was expected.</param>
internal readonly record struct BadWord(int Word, string Problem)
{
    /// <summary>The error that says so.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="page">The page.</param>
    public CorruptFileException On(string name, int page) => new(name, page, Word, Problem);
}

namespace ClusterCache;

/// <summary>What a user of a shop has chosen.</summary>
/// <param name="User">The user's name.</param>
/// <param name="Articles">The articles, in the order in which they were chosen.</param>
public sealed record Cart(string User, IReadOnlyList<string> Articles)
{
    /// <summary>The cart with one more article.</summary>
    public Cart With(string article) => this with { Articles = [.. Articles, article] };
}

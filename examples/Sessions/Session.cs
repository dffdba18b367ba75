namespace Sessions;

/// <summary>What the server knows about a user who is logged in.</summary>
/// <param name="User">The user's name.</param>
/// <param name="LoggedIn">When the session began.</param>
/// <param name="Requests">How many requests it has made.</param>
/// <param name="Cart">What is in the user's cart.</param>
public sealed record Session(string User, DateTimeOffset LoggedIn, int Requests, IReadOnlyList<string> Cart);

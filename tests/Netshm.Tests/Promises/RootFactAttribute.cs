namespace Netshm.Tests.Promises;

/// <summary>A test with several users, whom only root can act for; skipped where that is not possible.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    internal const string Reason = "needs root's right to give files to other users and to start processes of theirs";

    public RootFactAttribute() => Skip = IsRoot ? null : Reason;

    /// <summary>Whether this process may act for other users.</summary>
    public static bool IsRoot => Environment.UserName == "root";
}

/// <summary>A theory of that kind.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = RootFactAttribute.IsRoot ? null : RootFactAttribute.Reason;
}

namespace Netshm.Actors.Groups;

/// <summary>Keeps delegates that await from running as a group: they would go on after the table was given free.</summary>
internal static class TaskDelegate
{
    /// <summary>What the compiler says of a delegate that returns a task.</summary>
    public const string Refusal =
        "The delegate of a group runs while the table is locked, and must not await: what follows an await would run without "
        + "the lock. Do the waiting before or after. One that only throws is written 'void (TableGroup _) => throw ...'.";

    /// <summary>Refuses a delegate by its type of result, before it is sent to the table.</summary>
    /// <typeparam name="T">What the delegate returns.</typeparam>
    /// <exception cref="InvalidTableOperationException">The result can be awaited.</exception>
    public static void Refuse<T>()
    {
        if (Result<T>.IsAwaitable)
            throw Error();
    }

    /// <summary>The error for a delegate that returns something to await.</summary>
    public static InvalidTableOperationException Error() => new(Refusal);

    /// <summary>What is known of a type; found out once.</summary>
    private static class Result<T>
    {
        public static readonly bool IsAwaitable = typeof(T).GetMethod("GetAwaiter", Type.EmptyTypes) is not null;
    }
}

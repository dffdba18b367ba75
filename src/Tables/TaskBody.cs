using System.Diagnostics.CodeAnalysis;

namespace Netshm.Tables;

/// <summary>Keeps bodies that await from running under a lock: they would go on after it was released.</summary>
internal static class TaskBody
{
    /// <summary>What the compiler says of a body that returns a task.</summary>
    public const string Refusal =
        "The body runs under the table's lock, on one thread, and must not await: what follows an await would run without "
        + "the lock. Do the waiting before or after. A body that only throws is written 'void () => throw ...'.";

    /// <summary>Refuses a body by its type of result, before anything is locked.</summary>
    /// <typeparam name="T">What the body returns.</typeparam>
    /// <param name="name">The table.</param>
    /// <exception cref="InvalidTableOperationException">The result can be awaited.</exception>
    public static void Refuse<T>(SharedMemoryName name)
    {
        if (Result<T>.IsAwaitable)
            throw Error(name);
    }

    /// <summary>The error for a body that returns something to await.</summary>
    public static InvalidTableOperationException Error(SharedMemoryName name) => new($"{name}: {Refusal}");

    /// <summary>What is known of a type; found out once.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2090", Justification = "A type whose GetAwaiter was trimmed is awaited nowhere.")]
    private static class Result<T>
    {
        public static readonly bool IsAwaitable = typeof(T).GetMethod("GetAwaiter", Type.EmptyTypes) is not null;
    }
}

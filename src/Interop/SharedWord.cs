namespace Netshm.Interop;

/// <summary>The stores to memory that other processes see.</summary>
/// <remarks>Each is whole, and is seen after all stores before it.</remarks>
internal static class SharedWord
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ref int word, int value)
    {
        Seam.Reached(SeamKind.Store);
        Volatile.Write(ref word, value);
    }

    /// <inheritdoc cref="Store(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ref long word, long value)
    {
        Seam.Reached(SeamKind.Store);
        Volatile.Write(ref word, value);
    }

    /// <inheritdoc cref="Store(ref int, int)"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ref ushort word, ushort value)
    {
        Seam.Reached(SeamKind.Store);
        Volatile.Write(ref word, value);
    }
}

namespace Netshm.Tool.Tables;

/// <summary>A binding of a table as it is stored.</summary>
/// <param name="RawKey">The key of the raw table.</param>
/// <param name="Words">The value of the raw table.</param>
internal readonly record struct RawBinding(int RawKey, int[] Words);

/// <summary>A binding as its types read it, both parts in JSON.</summary>
internal readonly record struct Binding(string Key, string Value);

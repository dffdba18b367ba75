namespace Netshm;

/// <summary>
/// What lies at a name can't be what this library puts there: it is no regular file, has a second name, or belongs to a
/// user who could not have made it. Nothing was done to it.
/// </summary>
/// <remarks>
/// Somebody may have planted it. Look at it and remove it; <see cref="SharedMemoryObject.Unlink"/> removes the name alone,
/// never what a link leads to.
/// </remarks>
public sealed class UntrustedFileException(string path, string found, string expected)
    : IOException($"cannot use {path}: it {found}; expected {expected}")
{
    /// <summary>Where it lies.</summary>
    public string Path { get; } = path;
}

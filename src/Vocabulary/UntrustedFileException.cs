namespace Netshm;

/// <summary>
/// What lies at a name can't be what this library puts there: it is no regular file, has a second name, or belongs to a
/// user who could not have made it. Nothing was done to it.
/// </summary>
/// <remarks>
/// Somebody may have planted it. Look at it and remove it; <see cref="SharedMemoryObject.Unlink"/> removes the name alone,
/// never what a link leads to.
/// </remarks>
public sealed class UntrustedFileException : IOException
{
    /// <summary>Creates the error from the path, what was found there and what was expected.</summary>
    public UntrustedFileException(string path, string found, string expected)
        : base($"cannot use {path}: it {found}; expected {expected}")
    {
        Path = path;
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }
}

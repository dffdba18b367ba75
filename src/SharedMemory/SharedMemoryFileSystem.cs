namespace Netshm;

/// <summary>Where shared memory lies in the file system.</summary>
internal static class SharedMemoryFileSystem
{
    /// <summary>Where Linux keeps POSIX shared-memory objects (shm_overview(7)).</summary>
    public const string Directory = "/dev/shm";

    /// <summary>The directory of this user's <see cref="SharedMemoryName.Local"/> names.</summary>
    public static string UserDirectory => FormattableString.Invariant($"{Directory}/netshm-{0}");
}

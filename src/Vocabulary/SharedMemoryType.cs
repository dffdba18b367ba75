namespace Netshm;

/// <summary>The kind of object that holds a table (the original's <c>shm_type</c>).</summary>
public enum SharedMemoryType
{
    /// <summary>An ordinary file holds the table and carries its locks.</summary>
    File,
    /// <summary>
    /// A POSIX shared-memory object (shm_overview(7)) holds the table; an ordinary <i>companion</i> file carries
    /// its locks.
    /// </summary>
    Posix,
}

using System.Globalization;

namespace Netshm.Locking;

/// <summary>Who holds a lock, or uses a table, in words for messages: as far as it is known.</summary>
internal static class LockHolder
{
    /// <summary>Who has a table locked by a futex.</summary>
    /// <param name="sidecar">The sidecar that the lock is in.</param>
    /// <param name="slot">The slot that the lock word names.</param>
    public static string Describe(Sidecar sidecar, int slot) => sidecar.OwnerOf(slot) is (int process, var since)
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"process {process}, as its PID namespace numbers it (slot {slot}, here since {since:u}),")
        : $"the process in slot {slot}";

    /// <summary>Who stands against a record lock, by what the kernel tells.</summary>
    /// <param name="file">The lock file.</param>
    /// <param name="type">The lock that was wanted.</param>
    /// <param name="start">Its first byte.</param>
    /// <param name="lengthInBytes">How many bytes it has.</param>
    public static string Describe(SharedDescriptor file, short type, long start, long lengthInBytes) =>
        ByteRangeLock.HolderOf(file, type, start, lengthInBytes) is { } process ? Describe((long)process) : "another process";

    /// <summary>A process by its number in this PID namespace.</summary>
    /// <param name="process">
    /// What the kernel says: 0 for one of another namespace, and -1 where the lock belongs to an open file instead.
    /// </param>
    private static string Describe(long process) => process switch
    {
        > 0 => $"process {process}",
        0 => "a process of another PID namespace",
        _ => "another process",
    };
}

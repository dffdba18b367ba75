namespace Netshm;

/// <summary>What programs need that look after the files of tables; see docs/FileFormat.md and docs/Protocol.md.</summary>
public static class TableFiles
{
    /// <summary>
    /// The first byte of a lock file that stands for no page. Its lock is held by a process that opens, creates or closes a table;
    /// those of the next three by one that has it open with record, futex or no locking.
    /// </summary>
    public const long FirstReservedByte = ByteRangeLock.FirstReserved;

    /// <summary>The byte of a sidecar whose lock is held by the process in slot 0; those of the other slots follow.</summary>
    public const long FirstLifeByte = SidecarLayout.FirstLifeByte;

    /// <summary>Whether a file that begins so is a table, or one whose creation is under way; 52 bytes tell.</summary>
    public static bool BeginTable(ReadOnlySpan<byte> head)
    {
        int[] words = MemoryMarshal.Cast<byte, int>(head).ToArray();
        if (words.Length < MasterView.LengthInWords)
            return false;
        var master = new MasterView(words);
        return master.HasMagic || (master.HasPartOfMagic && master.Creation == MasterView.CreationMark);
    }

    /// <summary>Whether a file that begins so is a sidecar, of whatever version; 8 bytes tell.</summary>
    public static bool BeginSidecar(ReadOnlySpan<byte> head) => SidecarHeader.Begins(head);

    /// <summary>Runs an action while no process opens, creates or closes a table in an object; waits for one that does.</summary>
    /// <remarks>Those that have a table open go on using it. May be called from any thread, one at a time for each object.</remarks>
    /// <param name="memory">The object, open for writing.</param>
    /// <param name="action">The action, which opens no table in the object.</param>
    /// <exception cref="IOException">The object was removed or replaced while it was waited for; nothing was done.</exception>
    public static void WithNobodyComing(SharedMemoryObject memory, Action action)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(action);
        using AttachLock creating =
            AttachLock.TakeForCreation(memory.LockFile, writable: true, Deadline.Never, memory.Name.ToString());
        memory.LockFile.ThrowIfNotAt(memory.Name.LockPath, memory.Name);
        action();
    }
}

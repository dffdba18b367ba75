namespace Netshm.Locking;

/// <summary>Finds, makes and removes sidecars; touches nothing that is not provably one.</summary>
/// <remarks>docs/Protocol.md, "Whose sidecar it is". The caller holds the creation lock of the table.</remarks>
internal static class SidecarFile
{
    /// <summary>Longer files of zeros are taken for somebody's; no sidecar without a feed is longer.</summary>
    private const int MaxBlankBytes = 2 << 20;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Opens the sidecar of a table.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="table">The table's memory.</param>
    /// <param name="tableId">The number in the table's master page.</param>
    /// <returns>Null when there is none that can be used, or one of another table.</returns>
    /// <exception cref="InvalidTableOperationException">It is of another version of this library.</exception>
    /// <exception cref="UnauthorizedAccessException">The permissions do not allow it.</exception>
    /// <exception cref="UntrustedFileException">
    /// It is no regular file, has other names, or belongs to somebody who may not modify the table: it was planted.
    /// </exception>
    /// <exception cref="OutOfSpaceException">It has holes, as copies have, and there is no room to fill them.</exception>
    public static Sidecar? TryOpen(SharedMemoryName name, in Libc.Status table, long tableId)
    {
        string path = name.SidecarPath;
        if (tableId == 0 || TrustedFile.TryOpen(path, writable: true) is not { } file)
            return null;
        Sidecar? opened = null;
        try
        {
            Libc.Status status = TrustedStatus(file, path, table);
            if (SidecarHeader.TryRead(file, path) is not { } header || IsForeign(header, path, tableId))
                return null;
            if (!header.Validate(status.LengthInBytes))
                return null;
            FileSpace.FillHoles(file, status, 0, path);
            return opened = new Sidecar(file, path, header.FeedCapacity);
        }
        finally
        {
            if (opened is null)
                file.Dispose();
        }
    }

    /// <summary>
    /// Whether the sidecar of a table says that it was left in order by the last process that used it, and that none uses it;
    /// for those who may not write anything.
    /// </summary>
    public static bool IsLeftInOrder(SharedMemoryName name, in Libc.Status table, long tableId, int generation)
    {
        string path = name.SidecarPath;
        if (TrustedFile.TryOpen(path, writable: false) is not { } file)
            return false;
        try
        {
            _ = TrustedStatus(file, path, table);
            return SidecarHeader.TryRead(file, path) is { IsClean: true } header
                && !IsForeign(header, path, tableId) && header.Generation == generation
                && !IsInUse(file, path);
        }
        finally
        {
            file.Dispose();
        }
    }

    /// <summary>Makes a new sidecar; an old one that nobody needs goes.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="table">The table's memory, with whose permissions it is made.</param>
    /// <param name="tableId">The number in the table's master page.</param>
    /// <param name="generation">The generation in the table's master page.</param>
    /// <param name="changeCapacity">How many changes its feed holds, a power of two; 0 for none.</param>
    /// <exception cref="OutOfSpaceException">There is no room for it.</exception>
    /// <exception cref="UntrustedFileException">Something lies in its place that is not this library's to remove.</exception>
    public static Sidecar Create(
        SharedMemoryName name, in Libc.Status table, long tableId, int generation, int changeCapacity)
    {
        string path = name.SidecarPath, draft = name.SidecarDraftPath;
        ClearTheWay(name, tableId);
        FileHandle file = OpenDraft(draft);
        Sidecar? made = null;
        try
        {
            var header = new SidecarHeader
            {
                Magic = SidecarHeader.KnownMagic,
                Version = SidecarHeader.KnownVersion,
                TableId = tableId,
                Generation = generation,
                FeedCapacity = changeCapacity,
                FeedId = Random.Shared.NextInt64(),
            };
            SidecarHeader.Write(header, file, draft);
            ShareAsTable(file, draft, table);

            // Behind the header: where a file system can't allocate, zeros are written.
            const int headerLength = SidecarHeader.IdentityLengthInBytes;
            FileSpace.Allocate(file, headerLength, SidecarLayout.FirstLengthFor(changeCapacity) - headerLength, draft);
            made = new Sidecar(file, path, changeCapacity);

            // Counted from a number of its own: an owner by the sidecar before must find none that it had or saw.
            made.OwnerEpoch = Random.Shared.NextInt64(long.MinValue, long.MaxValue);

            // Nobody sees it before it is complete. Dying before this leaves the draft to the next one.
            Seam.Reached(SeamKind.Store);
            if (Libc.RenameNew(FaultPoint.NameSidecar, draft, path) != 0)
                throw SystemError.Last($"rename {draft} to", path);
            return made;
        }
        catch
        {
            _ = Libc.Unlink(FaultPoint.UnlinkFailedDraft, draft); // The error at hand tells more than one about the clean-up would.
            file.Dispose();
            made?.Dispose();
            throw;
        }
    }

    /// <summary>Makes sure that a new sidecar can take its place; nothing is changed.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="tableId">The table's number, or the one it had: unfinished work on that table is not needed any more.</param>
    /// <returns>Whether an old one lies there, which nobody needs.</returns>
    /// <exception cref="UntrustedFileException">It is something else, or has unfinished work on another table.</exception>
    /// <exception cref="InvalidTableOperationException">Processes use it, or another version of this library made it.</exception>
    public static bool ThrowIfInTheWay(SharedMemoryName name, long tableId)
    {
        string path = name.SidecarPath;
        using FileHandle? file = TrustedFile.TryOpen(path, writable: true);
        if (file is null)
            return false;
        if (SidecarHeader.TryRead(file, path) is not { } header)
        {
            return IsBlank(file, path)
                ? true
                : throw new UntrustedFileException(path, "is no sidecar, as its first bytes say",
                    $"the sidecar of {name} or nothing: nothing was changed; move the file away, or rename the table");
        }

        bool isForeign = IsForeign(header, path, tableId);
        if (IsInUse(file, path))
        {
            throw new InvalidTableOperationException(
                $"{name}: processes use the sidecar at {path} with another table, or with this one before it was created "
                + "anew; close it there");
        }

        return !isForeign || !HasUnfinishedWork(file, header)
            ? true
            : throw new UntrustedFileException(path, "holds what a process that died left unfinished in another table",
                $"the sidecar of {name} or nothing: move it beside its table, or remove it if that table is gone");
    }

    /// <summary>Removes an old sidecar that nobody needs.</summary>
    /// <inheritdoc cref="ThrowIfInTheWay" path="//*[not(self::returns)]"/>
    public static void ClearTheWay(SharedMemoryName name, long tableId)
    {
        if (!ThrowIfInTheWay(name, tableId))
            return;

        // Dying right after this leaves a table without a sidecar, to which the next process gives one.
        Seam.Reached(SeamKind.Store);
        if (Libc.Unlink(FaultPoint.UnlinkOldSidecar, name.SidecarPath) != 0
            && Marshal.GetLastPInvokeError() != Libc.ENOENT)
        {
            throw SystemError.Last("remove", name.SidecarPath);
        }
    }

    /// <summary>Removes a table's sidecar with the table; leaves everything else that lies there.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="tableId">The table's number; 0 when it is not known.</param>
    /// <returns>Why it could not be removed; null when it was, or there was none.</returns>
    public static Exception? TryRemoveWithTable(SharedMemoryName name, long tableId)
    {
        try
        {
            TryRemoveDraft(name.SidecarDraftPath);
            string path = name.SidecarPath;
            using FileHandle? file = TrustedFile.TryOpen(path, writable: true);
            if (file is null || SidecarHeader.TryRead(file, path) is not { Version: SidecarHeader.KnownVersion } header)
                return null;
            bool isOurs = tableId != 0 && header.TableId == tableId;
            if (!isOurs && (IsInUse(file, path) || HasUnfinishedWork(file, header)))
                return null;
            Seam.Reached(SeamKind.Store);
            return Libc.Unlink(FaultPoint.UnlinkSidecar, path) == 0 || Marshal.GetLastPInvokeError() == Libc.ENOENT
                ? null
                : SystemError.Last("remove", path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e is UntrustedFileException ? null : e; // What was planted there is not ours to remove.
        }
    }

    /// <summary>Does something to the sidecar at a name, if there is one and it may be opened for writing.</summary>
    public static void WithExisting(SharedMemoryName name, Action<SharedDescriptor> action) =>
        SharedDescriptor.WithExisting(name.SidecarPath, sidecar =>
        {
            Span<byte> head = stackalloc byte[SidecarHeader.IdentityLengthInBytes];
            head.Clear();
            _ = sidecar.ReadAt(0, head);
            if (SidecarHeader.Begins(head))
                action(sidecar);
        });

    /// <summary>Makes the file that becomes a sidecar; one that a process left that died while it wrote it goes.</summary>
    private static FileHandle OpenDraft(string draft)
    {
        RemoveDraft(draft);
        const int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_CLOEXEC;
        FileHandle file = Libc.Open(FaultPoint.CreateSidecar, draft, flags | Libc.O_NOFOLLOW, (int)OwnerOnly);
        return !file.IsInvalid ? file : throw SystemError.Last("create", draft);
    }

    /// <exception cref="UntrustedFileException">It is something else.</exception>
    private static void RemoveDraft(string draft)
    {
        using FileHandle? file = TrustedFile.TryOpen(draft, writable: false);
        if (file is null)
            return;
        if (SidecarHeader.TryRead(file, draft) is null && !IsBlank(file, draft))
        {
            throw new UntrustedFileException(draft, "is no sidecar, as its first bytes say",
                "nothing there, or the draft of a sidecar: nothing was changed; move the file away");
        }

        _ = Libc.Unlink(FaultPoint.UnlinkOldDraft, draft); // Failing, it is in the way of what follows, and that says so.
    }

    private static void TryRemoveDraft(string draft)
    {
        try
        {
            RemoveDraft(draft);
        }
        catch (UntrustedFileException)
        {
            // It is somebody else's, and stays.
        }
    }

    /// <summary>
    /// Whether a file has nothing in it: it is empty, or zero as a power cut may leave what was being written. So replacing it
    /// loses nothing.
    /// </summary>
    private static bool IsBlank(FileHandle file, string path)
    {
        if (Libc.Stat(FaultPoint.ExamineBlank, file, out Libc.Status status) != 0)
            throw SystemError.Last("examine", path);
        if (status.LengthInBytes > MaxBlankBytes)
            return false;
        Span<byte> block = stackalloc byte[4096];
        for (long offset = 0; offset < status.LengthInBytes;)
        {
            int count = Libc.Read(FaultPoint.ReadBlank, file, block, offset);
            if (count < 0)
                throw SystemError.Last("read", path);
            if (count == 0 || block[..count].ContainsAnyExcept((byte)0))
                return false;
            offset += count;
        }

        return true;
    }

    /// <summary>Whether a sidecar belongs to another table.</summary>
    /// <exception cref="InvalidTableOperationException">It is of another version of this library.</exception>
    private static bool IsForeign(SidecarHeader header, string path, long tableId) =>
        header.Version == SidecarHeader.KnownVersion
            ? header.TableId != tableId
            : throw new InvalidTableOperationException(
                $"{path}: the sidecar has version {header.Version}; this library knows version {SidecarHeader.KnownVersion}. "
                + "Close the table in the version that made it; when nobody uses the table, the sidecar may be removed");

    private static bool HasUnfinishedWork(FileHandle file, SidecarHeader header)
    {
        Span<int> state = stackalloc int[1];
        return header.HasFeedCapacity
            && Libc.Read(FaultPoint.ReadJournalState, file, MemoryMarshal.AsBytes(state), SidecarLayout.JournalOffset(header.FeedCapacity)) == sizeof(int)
            && (JournalState)state[0] != JournalState.Idle;
    }

    /// <summary>Whether a process holds a life byte of a sidecar; the caller has no slot in it.</summary>
    private static bool IsInUse(FileHandle file, string path)
    {
        var range = new Libc.Flock { Type = Libc.F_WRLCK, Start = SidecarLayout.FirstLifeByte, Length = SidecarLayout.MaxSlots };
        return Libc.RecordLock(FaultPoint.ExamineLives, file, Libc.F_OFD_GETLK, ref range) == 0
            ? range.Type != Libc.F_UNLCK
            : throw SystemError.Last("examine the locks of", path);
    }

    private static Libc.Status TrustedStatus(FileHandle file, string path, in Libc.Status table)
    {
        if (Libc.Stat(FaultPoint.ExamineSidecar, file, out Libc.Status status) != 0)
            throw SystemError.Last("examine", path);
        TrustedFile.ThrowIfUnfit(path, status);
        TrustedFile.ThrowIfOfStranger(path, status, table);
        return status;
    }

    /// <summary>Gives a file to those who may use the table, as far as this process may do that, and to nobody else.</summary>
    private static void ShareAsTable(FileHandle file, string path, in Libc.Status table)
    {
        // Only root may give files away, and only members may give them to a group.
        if (Libc.ChangeOwner(FaultPoint.ChangeOwnerOfSidecar, file, (int)table.UserId, (int)table.GroupId) != 0)
            _ = Libc.ChangeOwner(FaultPoint.ChangeGroupOfSidecar, file, -1, (int)table.GroupId);
        if (Libc.ChangeMode(FaultPoint.ChangeModeOfSidecar, file, (int)table.Permissions) != 0)
            throw SystemError.Last("change the permissions of", path);
    }
}

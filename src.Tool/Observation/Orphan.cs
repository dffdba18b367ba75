using System.Text.RegularExpressions;

namespace Netshm.Tool.Observation;

/// <summary>A file of this library that nobody needs any more.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="TablePath">Where the table lies, or lay, that it belongs to.</param>
/// <param name="Reason">Why nobody needs it.</param>
internal sealed partial record Orphan(string Path, string TablePath, string Reason)
{
    /// <summary>A draft that is younger may be being written.</summary>
    private static readonly TimeSpan s_draftAge = TimeSpan.FromMinutes(10);

    /// <summary>Looks at a file; null when somebody may need it, or it is nothing of this library's.</summary>
    public static Orphan? TryFind(string path)
    {
        if (SidecarPath().Match(path) is { Success: true } sidecar)
            return TryFindSidecar(path, sidecar.Groups["table"].Value);
        if (DraftPath().Match(path) is { Success: true } draft)
            return TryFindDraft(path, draft.Groups["table"].Value);
        return Marks.ObjectOfCompanion(path) is { } name && !File.Exists(UsualPlaces.SharedMemory + name)
            ? new Orphan(path, path, $"the companion of the object {name}, which does not exist")
            : null;
    }

    /// <summary>Removes the file, if it is still an orphan when nobody can begin to need it.</summary>
    /// <returns>Whether it was removed.</returns>
    public bool Remove()
    {
        // Whoever makes or opens the table waits for the lock on its file; without one, a file is made for the lock.
        bool isRemoved = false;
        try
        {
            bool exists = File.Exists(TablePath);
            using SharedMemoryObject table =
                SharedMemoryObject.Open(SharedMemoryName.File(TablePath), exists ? FileMode.Open : FileMode.CreateNew);
            TableFiles.WithNobodyComing(table, () =>
            {
                isRemoved = !exists || TryFind(Path) is not null;
                if (isRemoved)
                    File.Delete(Path);
                if (!exists)
                    File.Delete(TablePath);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !isRemoved)
        {
            // Somebody else makes or removes the table just now, or it is another user's: so the file stays.
        }

        return isRemoved;
    }

    private static Orphan? TryFindSidecar(string path, string table)
    {
        if (!Marks.BeginSidecar(path) || KernelLock.On(path).Count > 0)
            return null;
        if (!File.Exists(table))
            return new Orphan(path, table, "the sidecar of a table that does not exist");
        return Marks.BeginTable(table) && !IsSidecarOf(table)
            ? new Orphan(path, table, "the sidecar of another table than the one that lies there")
            : null;
    }

    private static Orphan? TryFindDraft(string path, string table)
    {
        var file = new FileInfo(path); // Looked at once: its writer may rename it at any time.
        return file.Exists && DateTime.UtcNow - file.LastWriteTimeUtc > s_draftAge
            && (file.Length == 0 || Marks.BeginSidecar(path) || Marks.BeginTable(path))
            ? new Orphan(path, table, "a draft whose writer did not complete it")
            : null;
    }

    private static bool IsSidecarOf(string table)
    {
        try
        {
            using SharedMemoryObject memory =
                SharedMemoryObject.Open(SharedMemoryName.File(table), FileMode.Open, FileAccess.Read);
            return SidecarObservation.Of(memory) is not null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NetshmException)
        {
            return true; // Whose it is can't be told: so it stays.
        }
    }

    [GeneratedRegex(@"^(?<table>.+)\.netshm$")]
    private static partial Regex SidecarPath();

    /// <summary>Drafts of sidecars, and of the copies that this program writes.</summary>
    [GeneratedRegex(@"^(?<table>.+?)(\.netshm\.new|\.draft-[0-9A-F]{12}(-pages)?)$")]
    private static partial Regex DraftPath();
}

namespace Netshm.Interop;

/// <summary>What several copies of this library in one process, in load contexts of their own, must know of each other.</summary>
/// <remarks>
/// Record locks belong to the process: copies are not kept apart by them, and one that closes its descriptor of a file drops
/// the locks of the other. So a file is open in one copy alone while a table is used with record locks on it. All state is
/// of types of the runtime, which the copies share.
/// </remarks>
internal static class CopiesOfLibrary
{
    private const string StateName = "Netshm.CopiesOfLibrary.1";

    /// <summary>Stands for this copy.</summary>
    private static readonly object s_me = new();

    /// <summary>The same object in all copies, since the runtime interns it for the process.</summary>
    private static readonly string s_sync = string.Intern(StateName);

    /// <summary>The copies that have a file open, and those that use record locks on one, by the file's identity.</summary>
    private static Dictionary<string, List<object>> Copies
    {
        get
        {
            if (AppContext.GetData(StateName) is not Dictionary<string, List<object>> copies)
                AppContext.SetData(StateName, copies = []);
            return copies;
        }
    }

    /// <summary>To be called before a file is opened, which this copy has not open.</summary>
    /// <exception cref="InvalidTableOperationException">Another copy uses record locks on it.</exception>
    public static void ThrowIfRecordLocked(FileIdentity file, string path)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            if (HasOther(RecordUseOf(file)))
                throw Refusal(path);
        }
    }

    /// <summary>Says that this copy has opened a file.</summary>
    public static void BeginOpen(FileIdentity file) => Add(UseOf(file));

    /// <summary>Says that this copy has closed a file.</summary>
    public static void EndOpen(FileIdentity file) => Remove(UseOf(file));

    /// <summary>Says that this copy, which has the file open, begins to use record locks on it.</summary>
    /// <exception cref="InvalidTableOperationException">Another copy has it open.</exception>
    public static void BeginRecordUse(FileIdentity file, string path)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            if (HasOther(UseOf(file)))
                throw Refusal(path);
            Add(RecordUseOf(file));
        }
    }

    /// <summary>Says that this copy uses record locks no more.</summary>
    public static void EndRecordUse(FileIdentity file) => Remove(RecordUseOf(file));

    private static string UseOf(FileIdentity file) => $"open {file}";

    private static string RecordUseOf(FileIdentity file) => $"record {file}";

    private static bool HasOther(string use) =>
        Copies.TryGetValue(use, out List<object>? copies) && copies.Exists(static copy => copy != s_me);

    private static void Add(string use)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            if (!Copies.TryGetValue(use, out List<object>? copies))
                Copies.Add(use, copies = []);
            copies.Add(s_me);
        }
    }

    private static void Remove(string use)
    {
        using (Uninterrupted.Enter(s_sync))
        {
            if (Copies.TryGetValue(use, out List<object>? copies) && copies.Remove(s_me) && copies.Count == 0)
                Copies.Remove(use);
        }
    }

    private static InvalidTableOperationException Refusal(string path) => new(
        $"{path}: another copy of this library in this process has the file open, and record locks do not keep copies apart. "
        + $"Load the library once, or use {nameof(LockingMethod)}.{nameof(LockingMethod.Futex)}");
}

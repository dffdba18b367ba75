namespace Netshm;

/// <summary>
/// A hash table in shared memory (the original's <c>shm_table</c>): int32 keys to arrays of int32 words, several
/// bindings per key, of which the newest hides the others.
/// </summary>
/// <remarks>
/// <para>A handle may be used by any number of threads, and a process may have several handles on one table.</para>
/// <para>
/// Unless said otherwise, a member locks the whole table while it runs: for reading, so that other readers go on, or
/// for writing. It fails with <see cref="LockTimeoutException"/> when the lock isn't free within
/// <see cref="ShmTableOptions.LockTimeout"/>, with <see cref="DeadlockException"/> when waiting would never end (only
/// inside groups), with <see cref="CorruptFileException"/> when it meets damage, and with
/// <see cref="ObjectDisposedException"/> after <see cref="Dispose"/>. In all these cases the table is as before.
/// </para>
/// </remarks>
public sealed partial class ShmTable : IDisposable
{
    private readonly TableStore _store;
    private readonly SharedMemoryObject? _ownedMemory;
    private readonly TableAccess _access;

    /// <summary>Reads without a lock, where the method allows it, until this handle is disposed.</summary>
    private TableReader? _reader;

    /// <summary>
    /// Raised after each recovery that this process has made on the table, on a thread of the pool.
    /// </summary>
    public event Action<TableRecovery> Recovered
    {
        add => _store.Recovered += value;
        remove => _store.Recovered -= value;
    }

    private ShmTable(TableStore store, AttachedTable attached, SharedMemoryObject memory, bool ownsMemory, TimeSpan lockTimeout)
    {
        _store = store;
        _ownedMemory = ownsMemory ? memory : null;
        Locking = attached.Locking;
        _access = new TableAccess(attached.Table, memory.IsWritable, lockTimeout);
        _reader = attached.Table.Reader;
        Memory = new TableMemory(this);
    }

    /// <summary>The name of the object the table lies in.</summary>
    public SharedMemoryName Name => _store.Name;

    /// <summary>How processes are kept apart.</summary>
    public LockingMethod Locking { get; }

    /// <summary>The size of a page, in bytes.</summary>
    public int PageSize => Storage.Pages.WordsPerPage * sizeof(int);

    /// <summary>The table's raw words (the original's <c>memory</c>), for looking inside and for tests.</summary>
    public TableMemory Memory { get; }

    /// <summary>The number of bindings, hidden ones included (the original's <c>length</c>).</summary>
    public int Count
    {
        get
        {
            using ReadTransaction reading = _access.BeginRead();
            return Storage.OpenDescriptor().Bindings;
        }
    }

    /// <summary>
    /// The last recovery that this process has made on the table: after another process, or a thread of this one, ended in
    /// the middle of a modification. Null when there was none since the process opened the table.
    /// </summary>
    public TableRecovery? LastRecovery => _store.LastRecovery;

    internal TableStorage Storage => Table.Storage;

    internal OpenTable Table => _access.Table;

    /// <summary>Who reads without a lock, or null where reads need one.</summary>
    private TableReader? ReaderWithoutLock
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _reader is { MayRead: true } reader ? reader : null;
    }

    /// <summary>
    /// Starts managing an open object as a table (the original's <c>manage</c>). An empty object gets a new table;
    /// <see cref="ShmTableOptions.Init"/> has a table created anew that nobody uses. Processes of this library that do so
    /// at the same time wait for each other: one of them creates it, and those of the others that wanted it anew are refused.
    /// </summary>
    /// <param name="memory">The object; the table stays usable when it is closed.</param>
    /// <param name="options">How to open or create the table.</param>
    /// <exception cref="CorruptFileException">
    /// The object holds something else than a table, or a table whose first pages are damaged; also when it was to be
    /// created anew. It stays as it is.
    /// </exception>
    /// <exception cref="PageSizeMismatchException">
    /// The table has another page size than <see cref="ShmTableOptions.PageSize"/>.
    /// </exception>
    /// <exception cref="ReadOnlyTableException">A table would have to be created in an object opened for reading.</exception>
    /// <exception cref="InvalidTableOperationException">
    /// The table is used with another locking method; or it is used at all, and was to be created anew. Or this process has a
    /// table open that was removed from this name, or replaced there, so that two tables would pass for one: dispose of the
    /// handles on the old one first.
    /// </exception>
    /// <exception cref="LockTimeoutException">
    /// Another process that opens or leaves it did not come to an end within <see cref="ShmTableOptions.OpenTimeout"/>.
    /// </exception>
    /// <exception cref="OutOfSpaceException">There is no room for a new table.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The page size or the number of elements is impossible.</exception>
    public static ShmTable Manage(SharedMemoryObject memory, ShmTableOptions? options = null) =>
        AttachTo(memory, options, ownsMemory: false);

    /// <summary>Opens a table by its name, or creates it where there is none.</summary>
    /// <remarks>As <see cref="SharedMemoryObject.Open"/> with its defaults, then <see cref="Manage"/>.</remarks>
    public static ShmTable Open(SharedMemoryName name, ShmTableOptions? options = null)
    {
        SharedMemoryObject memory = SharedMemoryObject.Open(name);
        try
        {
            return AttachTo(memory, options, ownsMemory: true);
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Walks over the whole table, locked for reading, and reports every violation of the format, with page and word.
    /// </summary>
    /// <remarks>
    /// With <see cref="LockingMethod.Futex"/>, what a dead process left undone is taken back before. A note tells when the
    /// table's name does not lead to it any more, since its file was removed or replaced under its users.
    /// </remarks>
    public TableReport Check()
    {
        RecoverForCheck();
        using ReadTransaction reading = _access.BeginReadAsItIs();
        return TableCheck.Run(Storage, _store.IsAtItsName);
    }

    /// <summary>
    /// Walks over all keys and bindings, locked for reading, and tells how full the table is and how far searches go.
    /// </summary>
    public TableStatistics GetStatistics()
    {
        using ReadTransaction reading = _access.BeginRead();
        return TableStatistics.Of(Storage);
    }

    /// <summary>
    /// Writes a table in a file back to its device, so that it survives a power cut. Nothing else does: without this
    /// call a power cut may leave any mixture of old and new pages.
    /// </summary>
    public void Flush()
    {
        using ReadTransaction reading = _access.BeginRead();
        Storage.Pages.Flush();
    }

    /// <summary>
    /// Gathers the table, as large as it is now, in memory pages of 2 MiB instead of 4 KiB, for all processes. The processor
    /// looks up addresses in a large table much faster then; docs/Performance.md has figures.
    /// </summary>
    /// <remarks>
    /// For tables in memory (<see cref="SharedMemoryType.Posix"/>, and files on a tmpfs) with Linux 6.1 or later, which
    /// needs no setting and no right for it (madvise(2), <c>MADV_COLLAPSE</c>). It copies the table, about 5 ms for each
    /// 2 MiB; whoever uses one of these meanwhile, in any process, waits for it in the kernel. The table is not locked, and
    /// takes no more memory. What it grows by afterwards, less than 2 MiB at the end of the table, and what the kernel has no
    /// free huge page for, have ordinary pages: call it after loading a table, and again when it has grown.
    /// </remarks>
    /// <returns>How many bytes are in such pages; 0 where there can be none.</returns>
    /// <exception cref="ObjectDisposedException">The table was disposed of.</exception>
    public long UseHugePages()
    {
        ThrowIfDisposed();
        Storage.Pages.MapWhatIsThere(); // What other processes have added lately belongs to it, too.
        return Storage.Pages.UseHugePages();
    }

    /// <summary>
    /// Lets go of the table, which goes on to exist. Waits for operations and groups of other threads on it.
    /// </summary>
    /// <exception cref="InvalidTableOperationException">The calling thread is inside a group or callback of it.</exception>
    public void Dispose()
    {
        if (!_access.IsDisposed && Table.Lock.IsInScope)
            throw new InvalidTableOperationException($"{Name}: a group or callback may not dispose its own table");
        if (!_access.TryDispose())
            return;
        _reader = null;
        var cleanUp = default(CleanUp);
        cleanUp.Step(() => Table.Changes?.Stir());
        cleanUp.Step(() => TableRegistry.Release(_store));
        cleanUp.Step(() => _ownedMemory?.Dispose());
        cleanUp.ThrowIfFailed();
    }

    private static ShmTable AttachTo(SharedMemoryObject memory, ShmTableOptions? options, bool ownsMemory)
    {
        ArgumentNullException.ThrowIfNull(memory);
        options ??= new ShmTableOptions();
        if (options.PageSize is < Layout.MinPageSize or > Layout.MaxPageSize || options.PageSize % sizeof(int) != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.PageSize,
                $"the page size must be a multiple of 4 from {Layout.MinPageSize} to {Layout.MaxPageSize}");
        }

        if (options.Locking is < LockingMethod.Auto or > LockingMethod.Futex)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), options.Locking, "there is no such locking method");
        }

        if (options.ChangeFeedCapacity is < 0 or > SidecarLayout.MaxFeedCapacity)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.ChangeFeedCapacity,
                $"a change feed holds from 0 to {SidecarLayout.MaxFeedCapacity} changes");
        }

        TableStore store = TableRegistry.Attach(memory, options, out AttachedTable attached);
        return new ShmTable(store, attached, memory, ownsMemory, options.LockTimeoutUnder(attached.Locking));
    }

    private void RecoverForCheck()
    {
        if (Locking != LockingMethod.Futex || !_access.IsWritable)
            return;
        try
        {
            _access.BeginRead().Dispose();
        }
        catch (CorruptFileException)
        {
            // The check is going to tell what is wrong, and more of it.
        }
    }

    internal void ThrowIfDisposed() => _access.ThrowIfDisposed();
}

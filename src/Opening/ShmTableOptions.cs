namespace Netshm;

/// <summary>How <see cref="ShmTable.Manage"/> creates, re-creates or opens a table.</summary>
public sealed record ShmTableOptions
{
    /// <summary>The page size of a new table when none is asked for, in bytes.</summary>
    public const int DefaultPageSize = 256;

    /// <summary>The number of elements a new table is laid out for when none is asked for.</summary>
    public const int DefaultInit = 1000;

    /// <summary>How long operations wait for locks when <see cref="LockTimeout"/> is not set, but for record locks.</summary>
    public static readonly TimeSpan DefaultLockTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Long enough for a process that brings a large table in order before others may come.</summary>
    private static readonly TimeSpan s_defaultOpenTimeout = TimeSpan.FromSeconds(30);

    private readonly int? _pageSize;
    private readonly TimeSpan? _lockTimeout;
    private readonly TimeSpan? _openTimeout;

    /// <summary>
    /// The page size in bytes: a multiple of 4 from 64 to 1,048,576. A binding takes at least one page, so a page
    /// that just holds a typical value (6 words of header and the value) wastes least memory.
    /// </summary>
    /// <remarks>
    /// When it is not set, a new table gets <see cref="DefaultPageSize"/> and an existing one is opened with the size
    /// found in it. When it is set and an existing table has another one, opening fails with a
    /// <see cref="PageSizeMismatchException"/>. Ocamlnet can't open tables with pages of less than 160 bytes.
    /// </remarks>
    public int PageSize
    {
        get => _pageSize ?? DefaultPageSize;
        init => _pageSize = value;
    }

    /// <summary>
    /// When set, the table is created anew, with room for this many elements before the first re-organisation (the
    /// original's <c>?init</c>). Existing bindings are deleted.
    /// </summary>
    /// <remarks>
    /// A table that anybody is seen to use is never created anew: that is an
    /// <see cref="InvalidTableOperationException"/>, which names the users where they are known. Nor is what is no table, or
    /// one whose first pages are damaged: that is a <see cref="CorruptFileException"/>. To go on in spite of it, remove the
    /// object (<see cref="SharedMemoryObject.Unlink"/>), which leaves its users what they have. An idle OCaml process can't be
    /// seen.
    /// </remarks>
    public int? Init { get; init; }

    /// <summary>How processes are kept apart.</summary>
    public LockingMethod Locking { get; init; } = LockingMethod.Auto;

    /// <summary>
    /// The longest time one operation, or the start of a group, waits for locks before it fails with a
    /// <see cref="LockTimeoutException"/>, which names the holder where it is known.
    /// <see cref="Timeout.InfiniteTimeSpan"/> waits for ever; any other time that is not negative will do,
    /// <see cref="TimeSpan.MaxValue"/> included. Null (the default) is <see cref="DefaultLockTimeout"/>, 5 seconds; under
    /// <see cref="LockingMethod.Record"/> it waits for ever.
    /// </summary>
    /// <remarks>
    /// Under <see cref="LockingMethod.Record"/> the kernel detects deadlocks between processes only among waiters without a
    /// deadline: with a deadline, a deadlock between processes ends in the <see cref="LockTimeoutException"/>.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite.</exception>
    public TimeSpan? LockTimeout
    {
        get => _lockTimeout;
        init => _lockTimeout = value is { } timeout ? Deadline.Possible(timeout, nameof(value)) : null;
    }

    /// <summary>
    /// The longest time that opening waits for other processes, which open, create or leave the table one at a time, before
    /// it fails with a <see cref="LockTimeoutException"/>. Null (the default) is <see cref="LockTimeout"/>, or 30 seconds
    /// where that is not set either: the first process to come after a death may have a large table to bring in order.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite.</exception>
    public TimeSpan? OpenTimeout
    {
        get => _openTimeout;
        init => _openTimeout = value is { } timeout ? Deadline.Possible(timeout, nameof(value)) : null;
    }

    /// <summary>
    /// How many changes the table's feed holds for readers that fall behind, rounded up to a power of two; 0 (the default)
    /// for none. At most 16,777,216; each takes 16 bytes.
    /// </summary>
    /// <remarks>
    /// It is settled when the table's sidecar is made, and holds for every process that uses the table then. A table that has
    /// no feed gets one when the first process to open it asks for it; while others use the table that is refused with an
    /// <see cref="InvalidTableOperationException"/>. So it is with <see cref="LockingMethod.Record"/> and
    /// <see cref="LockingMethod.None"/>, since Ocamlnet's processes could not feed it. See <see cref="ShmTable.Changes"/>.
    /// </remarks>
    public int ChangeFeedCapacity { get; init; }

    /// <summary>How long operations wait for locks with a method.</summary>
    internal TimeSpan LockTimeoutUnder(LockingMethod locking) =>
        LockTimeout ?? (locking == LockingMethod.Record ? Timeout.InfiniteTimeSpan : DefaultLockTimeout);

    /// <summary>How long opening waits.</summary>
    internal TimeSpan EffectiveOpenTimeout => OpenTimeout ?? LockTimeout ?? s_defaultOpenTimeout;

    /// <summary>The page size that was asked for, or null when it is left to the table.</summary>
    internal int? RequestedPageSize => _pageSize;
}

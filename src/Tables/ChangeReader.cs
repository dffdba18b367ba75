namespace Netshm;

/// <summary>Follows the changes of a table in their order, in any process, without a lock.</summary>
/// <remarks>
/// One thread may use it at a time. Changes that the feed no longer holds are told as one <see cref="ChangeKind.Gap"/>; so
/// every number comes exactly once, by itself or within a gap. It is of use until its table's handle is disposed.
/// </remarks>
public sealed class ChangeReader
{
    private readonly ShmTable _table;
    private readonly ChangeRing _ring;
    private readonly ChangeWatch _watch;

    internal ChangeReader(ShmTable table, ChangeWatch watch, long? from)
    {
        _table = table;
        _ring = watch.Ring;
        _watch = watch;
        Next = from is { } first ? Math.Max(first, 1) : _ring.Head + 1;
    }

    /// <summary>The number of the change to be read next.</summary>
    public long Next { get; private set; }

    /// <summary>Reads changes that are there; does not wait.</summary>
    /// <remarks>
    /// When the feed has begun anew, because the table's sidecar was removed, the numbers start again: then there is a gap
    /// from 1 to the last number, or up to 0 when there is none yet, whatever was read before.
    /// </remarks>
    /// <param name="destination">Where they go; room for two at least.</param>
    /// <returns>How many there were; 0 when there are none yet.</returns>
    /// <exception cref="ArgumentException">There is no room for a gap and a change.</exception>
    /// <exception cref="CorruptFileException">The feed in the sidecar is damaged.</exception>
    /// <exception cref="ObjectDisposedException">The table was disposed.</exception>
    public int Read(Span<TableChange> destination)
    {
        if (destination.Length < 2)
            throw new ArgumentException("there must be room for two changes", nameof(destination));
        long head = _ring.Head;
        if ((ulong)head > ChangeRing.MaxNumber)
        {
            _table.ThrowIfDisposed();
            throw new CorruptFileException(
                _table.Name.ToString(), null, null, $"the sidecar's change feed is said to have come to number {head}");
        }

        long next = Next;
        int count = head < next - 1 ? BeginAnew(destination, head, ref next) : ReadUpTo(head, destination, ref next);
        _table.ThrowIfDisposed(); // What was read of memory that is given back is not true.
        Next = next;
        return count;
    }

    /// <summary>Waits until there is a change to read. Sleeps meanwhile, without looking again more than once a second.</summary>
    /// <param name="timeout">The longest time to wait; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative and not infinite.</exception>
    /// <exception cref="ObjectDisposedException">The table was disposed.</exception>
    public bool Wait(TimeSpan timeout)
    {
        Deadline deadline = Deadline.After(Deadline.Possible(timeout));
        while (true)
        {
            _table.ThrowIfDisposed();
            if (_ring.Head != Next - 1)
                return true;
            if (deadline.HasPassed)
                return false;
            _ring.SleepWhileHeadIs(Next - 1, deadline.IsNever ? TimeSpan.MaxValue : deadline.Remaining);
        }
    }

    /// <summary>The same without keeping a thread: all who wait in a process share one.</summary>
    /// <returns>Ends when there is a change, when the table is disposed, and at times for no reason.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public Task WaitAsync(CancellationToken cancellationToken = default) => _watch.WaitAsync(Next - 1, cancellationToken);

    private static int BeginAnew(Span<TableChange> destination, long head, ref long next)
    {
        destination[0] = TableChange.Gap(1, head);
        next = head + 1;
        return 1;
    }

    private int ReadUpTo(long head, Span<TableChange> destination, ref long next)
    {
        int count = 0;
        long lostFrom = 0;
        long oldest = head - _ring.Capacity + 1;
        if (next < oldest)
        {
            lostFrom = next;
            next = oldest;
        }

        for (; next <= head && count < destination.Length; next++)
        {
            if (!_ring.TryRead(next, out TableChange change))
            {
                lostFrom = lostFrom == 0 ? next : lostFrom;
                continue;
            }

            if (lostFrom != 0)
            {
                destination[count++] = TableChange.Gap(lostFrom, next - 1);
                lostFrom = 0;
            }

            if (count == destination.Length)
                return count;
            destination[count++] = change;
        }

        if (lostFrom != 0)
            destination[count++] = TableChange.Gap(lostFrom, next - 1);
        return count;
    }
}

namespace Netshm.Locking;

/// <summary>What a process counts about a table.</summary>
internal enum Counter
{
    /// <summary>Bindings added, replaced or removed.</summary>
    Writes,
    /// <summary>How often the lock among processes was acquired.</summary>
    Acquisitions,
    /// <summary>How often a thread had to wait for the table: for another process, or for another thread of its own.</summary>
    Waits,
    /// <summary>How often a read without a lock was disturbed by a writer and began again.</summary>
    Retries,
    /// <summary>Recoveries after a death.</summary>
    Recoveries,
    /// <summary>Pages taken from the end of the table.</summary>
    PagesAdded,
}

/// <summary>A process's counts about a table since it came, which others can read where there is a sidecar.</summary>
/// <remarks>
/// Counted are writers, and what is slow anyway. A read without a lock that goes well counts nothing: a store would cost it
/// more than the rest.
/// </remarks>
internal sealed class TableCounters
{
    private const int WordCount = SidecarLayout.CountersLengthInBytes / sizeof(long);
    private const int ProcessIdIndex = 6, SinceIndex = 7;

    private SharedLongs _words;

    /// <summary>Begins to count where only this process sees it.</summary>
    public TableCounters()
    {
        _words = new SharedLongs(MappedBlock.Private(SidecarLayout.CountersLengthInBytes, nameof(TableCounters)), 0, WordCount);
        _words[ProcessIdIndex] = Environment.ProcessId;
        _words[SinceIndex] = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
    }

    /// <summary>One of the counts.</summary>
    public long this[Counter counter] => Volatile.Read(in _words.At((int)counter));

    /// <summary>The counts of a process, maybe another one, from the place where it shares them.</summary>
    public static long[] Read(MappedBlock block, int offsetInBytes) =>
        block.Span<long>(offsetInBytes, WordCount).ToArray();

    /// <summary>The process that counts in a place, and since when; of one that is gone until another one comes.</summary>
    /// <returns>Its number in its own PID namespace, and a time; null when there is nothing that can be one.</returns>
    public static (int ProcessId, DateTimeOffset Since)? ReadOwner(MappedBlock block, int offsetInBytes)
    {
        long[] words = Read(block, offsetInBytes);
        (long process, long since) = (words[ProcessIdIndex], words[SinceIndex]);
        return process is > 0 and <= int.MaxValue && since > 0 && since < DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? ((int)process, DateTimeOffset.FromUnixTimeMilliseconds(since))
            : null;
    }

    /// <summary>Shows the counts to others from now on; to be called before anybody else counts.</summary>
    /// <param name="block">The shared memory.</param>
    /// <param name="offsetInBytes">This process's place in it, where the counts of one that is gone may be.</param>
    public void ShareIn(MappedBlock block, int offsetInBytes)
    {
        var shared = new SharedLongs(block, offsetInBytes, WordCount);
        for (int i = 0; i < WordCount; i++)
            shared[i] = _words.At(i);
        _words = shared;
    }

    /// <summary>Counts what happens under the table's lock, so that no other thread counts the same.</summary>
    public void Count(Counter counter, long number = 1) => _words.Add((int)counter, number);

    /// <summary>Counts what several threads may count at once.</summary>
    public void CountConcurrently(Counter counter) => _words.Increment((int)counter);
}

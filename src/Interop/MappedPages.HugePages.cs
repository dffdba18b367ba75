namespace Netshm.Interop;

/// <content>The processor's huge pages.</content>
internal sealed unsafe partial class MappedPages
{
    /// <summary>
    /// What the processor finds by one entry of its table of addresses, on x86-64 and, where the kernel's pages have 4 KiB, on
    /// arm64. Elsewhere the kernel says no.
    /// </summary>
    private const long HugePageBytes = 2 << 20;

    /// <summary>Asks the kernel to gather what is mapped in huge pages, one after the other (madvise(2)).</summary>
    /// <remarks>
    /// No lock is held, so that a writer who needs room waits for the kernel's work on one of them at most; the kernel may be
    /// asked about any address.
    /// </remarks>
    /// <returns>How many bytes are in such pages now.</returns>
    public long UseHugePages()
    {
        long bytesInHugePages = 0;
        for (long offset = 0; IsMapped(offset + HugePageBytes); offset += HugePageBytes)
        {
            // The kernel copies, and has whoever comes meanwhile wait: stores of any process are neither lost nor torn. What
            // it says no to (a file that is not in memory, no huge page to be had) stays as it is.
            if (Libc.Advise(FaultPoint.GatherInHugePages, (byte*)_base + offset, (nuint)HugePageBytes, Libc.MADV_COLLAPSE) == 0)
                bytesInHugePages += HugePageBytes;
        }

        GC.KeepAlive(this);
        return bytesInHugePages;
    }

    private bool IsMapped(long lengthInBytes) =>
        !Volatile.Read(ref _isRetired) && lengthInBytes <= Volatile.Read(ref _mappedBytes);
}

namespace Netshm.Exploration;

/// <summary>The files of a table under a fresh name, as they are on the file system.</summary>
internal sealed class TableFiles : IDisposable
{
    /// <summary>No small change to a table comes to what lies beyond this.</summary>
    private const int ComparedOfTable = 1 << 16;

    /// <summary>What the sidecar holds beyond this is journal that no small change comes to.</summary>
    private static readonly int s_comparedOfSidecar = (int)SidecarLayout.FirstLengthFor(Scenario.ChangeFeedCapacity);

    private readonly string _path;

    private byte[]? _atDeath;

    public TableFiles(bool isOnDisk = false)
    {
        string directory = Directory.Exists("/dev/shm") && !isOnDisk ? "/dev/shm" : Path.GetTempPath();
        _path = Path.Combine(directory, $"netshm-exploration-{Guid.NewGuid():N}");
        Name = SharedMemoryName.File(_path);
    }

    public SharedMemoryName Name { get; }

    /// <summary>Whether deaths are examined: that nothing is stored any more while the dead process unwinds.</summary>
    public bool ExaminesDeaths { get; init; }

    /// <summary>How much of <see cref="Read"/> is the table's.</summary>
    public int TableLengthInBytes => (int)Math.Min(new FileInfo(_path).Length, ComparedOfTable);

    /// <summary>The words of the table, then those of the sidecar.</summary>
    public byte[] Read() => [.. ReadStart(_path, ComparedOfTable), .. ReadStart(Name.SidecarPath, s_comparedOfSidecar)];

    /// <summary>With no writer at work, no sequence may be odd: readers would come to the lock for ever.</summary>
    public void AssertSequencesAreClosed()
    {
        byte[] sidecar = ReadStart(Name.SidecarPath, s_comparedOfSidecar);
        if (sidecar.Length == 0)
            return;
        Span<byte> bytes = sidecar.AsSpan(SidecarLayout.SequencesOffset, SidecarLayout.SequencesLengthInBytes);
        foreach (long word in MemoryMarshal.Cast<byte, long>(bytes))
            Assert.True((word & 1) == 0, "a sequence is odd, though nobody writes");
    }

    /// <summary>The table's generation.</summary>
    public int Generation => new MasterView(MemoryMarshal.Cast<byte, int>(ReadStart(_path, Scenario.PageSize).AsSpan())).Generation;

    public void RememberDeath() => _atDeath = ExaminesDeaths ? Read() : null;

    public void AssertUntouchedSinceDeath()
    {
        if (_atDeath is not null)
            Assert.True(_atDeath.AsSpan().SequenceEqual(Read()), "there is a store without a seam before it");
    }

    public void Dispose()
    {
        File.Delete(_path);
        foreach (string path in Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + "*"))
            File.Delete(path);
    }

    private static byte[] ReadStart(string path, int atMost)
    {
        if (!File.Exists(path))
            return [];
        using FileStream stream = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[Math.Min(stream.Length, atMost)];
        stream.ReadExactly(bytes);
        return bytes;
    }
}

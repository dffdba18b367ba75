using System.Runtime.InteropServices;

namespace Netshm.Exploration;

/// <summary>The files of a table under a fresh name, as they are on the file system.</summary>
internal sealed class TableFiles : IDisposable
{
    /// <summary>What the sidecar holds beyond this is journal that no small change comes to.</summary>
    private const int ComparedLengthInBytes = 1 << 16;

    /// <summary>Where the change feed begins.</summary>
    private const int FeedOffset = 1 << 20;

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
    public int TableLengthInBytes => (int)Math.Min(new FileInfo(_path).Length, ComparedLengthInBytes);

    /// <summary>The words of the table, then those of the sidecar and of the change feed in it.</summary>
    public byte[] Read() => [.. ReadFrom(0, _path), .. ReadFrom(0, Name.SidecarPath), .. ReadFrom(FeedOffset, Name.SidecarPath)];

    /// <summary>With no writer at work, no sequence may be odd: readers would come to the lock for ever.</summary>
    public void AssertSequencesAreClosed()
    {
        byte[] sidecar = ReadFrom(0, Name.SidecarPath);
        if (sidecar.Length == 0)
            return;
        Span<byte> bytes = sidecar.AsSpan(Sidecar.SequencesOffset, ReadSequences.LengthInBytes);
        foreach (long word in MemoryMarshal.Cast<byte, long>(bytes))
            Assert.True((word & 1) == 0, "a sequence is odd, though nobody writes");
    }

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

    private static byte[] ReadFrom(int offsetInBytes, string path)
    {
        if (!File.Exists(path))
            return [];
        using FileStream stream = File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        byte[] bytes = new byte[Math.Clamp(stream.Length - offsetInBytes, 0, ComparedLengthInBytes)];
        stream.Position = offsetInBytes;
        stream.ReadExactly(bytes);
        return bytes;
    }
}

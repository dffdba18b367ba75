using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Tests.SharedMemory;

/// <summary>Files with holes, a mapping of which can end in a SIGBUS: they are filled, or refused.</summary>
/// <remarks>Where that fails, the process of the tests dies.</remarks>
public class SparseFileTests
{
    private static readonly ShmTableOptions s_record = new() { Locking = LockingMethod.Record };

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.None)]
    public void A_table_with_holes_is_made_solid_when_it_is_opened_for_writing(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        MakeSparse(temp.Name.MemoryPath);
        Assert.False(IsSolid(temp.Name.MemoryPath));
        ShmTable table = temp.Open();
        Assert.True(IsSolid(temp.Name.MemoryPath));
        Assert.Equal([7], table.Find(7));
    }

    [Fact]
    public void A_table_and_its_sidecar_that_were_copied_with_holes_are_made_solid_and_go_on()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Init = 20_000, ChangeFeedCapacity = 1 << 12 });
        using (ShmTable table = temp.Open())
            table.Add(7, [7]);
        string[] paths = [temp.Name.MemoryPath, temp.Name.SidecarPath];
        Assert.All(paths, MakeHoles);
        Assert.All(paths, path => Assert.False(IsSolid(path)));
        ShmTable again = temp.Open(new ShmTableOptions());
        Assert.All(paths, path => Assert.True(IsSolid(path)));
        Assert.Null(again.LastRecovery);
        Assert.Equal([7], again.Find(7));
        Assert.Equal(1, again.LastChange);
    }

    [MountFact]
    public void Without_room_for_its_holes_a_table_is_refused_and_stays_as_it_is()
    {
        using var small = new SmallFileSystem("4M");
        string path = $"{small.Directory}/table";
        MakeSparse(path);
        byte[] before = File.ReadAllBytes(path);
        string ballast = small.LeaveFree(0);
        Assert.Throws<OutOfSpaceException>(() => ShmTable.Open(SharedMemoryName.File(path), s_record));
        using (ShmTable reader = OpenForReading(path))
        {
            Assert.Throws<ReadOnlyTableException>(() => reader.Find(7));
            Assert.Throws<ReadOnlyTableException>(reader.Check);
        }

        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Equal(0, small.FreeBytes);
        File.Delete(ballast);
        ShmTable.Open(SharedMemoryName.File(path), s_record).Dispose();
        using ShmTable table = OpenForReading(path);
        Assert.True(table.Check().IsConsistent);
    }

    [MountFact]
    public void A_hole_beyond_the_table_does_not_keep_readers_out()
    {
        using var small = new SmallFileSystem("4M");
        string path = $"{small.Directory}/table";
        MakeWithHoleAtTheEnd(path);
        _ = small.LeaveFree(0);
        using ShmTable table = OpenForReading(path);
        Assert.Equal([7], table.Find(7));
        Assert.True(table.Check().IsConsistent);
    }

    [MountFact]
    public void A_table_that_is_open_for_reading_is_made_solid_when_it_is_opened_for_writing_too()
    {
        using var small = new SmallFileSystem("4M");
        string path = $"{small.Directory}/table";
        MakeWithHoleAtTheEnd(path);
        using ShmTable reader = OpenForReading(path);
        string ballast = small.LeaveFree(0);
        Assert.Throws<OutOfSpaceException>(() => ShmTable.Open(SharedMemoryName.File(path), s_record));
        Assert.Equal([7], reader.Find(7));
        File.Delete(ballast);
        using ShmTable writer = ShmTable.Open(SharedMemoryName.File(path), s_record);
        Assert.True(IsSolid(path));
    }

    [Fact]
    public void A_file_with_holes_that_is_no_table_is_refused_and_not_filled()
    {
        using var temp = new TempTable();
        temp.IsDamagedOnPurpose();
        using (FileStream file = File.Create(temp.Name.MemoryPath))
        {
            file.SetLength(1L << 30);
            file.WriteByte(1);
        }

        Assert.Throws<CorruptFileException>(() => ShmTable.Open(temp.Name));
        Assert.InRange(AllocatedBytes(temp.Name.MemoryPath), 0, 1 << 16);
    }

    private static ShmTable OpenForReading(string path)
    {
        using SharedMemoryObject memory =
            SharedMemoryObject.Open(SharedMemoryName.File(path), FileMode.Open, FileAccess.Read);
        return ShmTable.Manage(memory, s_record);
    }

    /// <summary>Makes a table, and lets a program copy it that leaves zeros out.</summary>
    private static void MakeSparse(string path)
    {
        using (ShmTable table = ShmTable.Open(
            SharedMemoryName.File(path), s_record with { Init = 20_000 }))
        {
            table.Add(7, [7]);
        }

        MakeHoles(path);
    }

    private static void MakeHoles(string path)
    {
        _ = Run("cp", "--sparse=always", path, path + "-sparse");
        File.Move(path + "-sparse", path, overwrite: true);
    }

    /// <summary>Makes a table as the original leaves one that has just grown.</summary>
    private static void MakeWithHoleAtTheEnd(string path)
    {
        using (ShmTable table = ShmTable.Open(SharedMemoryName.File(path), s_record with { Init = 10 }))
        {
            for (int key = 0; key < 1000; key++)
                table.Add(key, [key]);
        }

        using FileStream file = File.OpenWrite(path);
        file.SetLength(file.Length + (1 << 20));
    }

    private static bool IsSolid(string path) => AllocatedBytes(path) >= new FileInfo(path).Length;

    private static long AllocatedBytes(string path) =>
        512 * long.Parse(Run("stat", "-c", "%b", path), CultureInfo.InvariantCulture);

    private static string Run(string program, params string[] arguments)
    {
        using Process process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}

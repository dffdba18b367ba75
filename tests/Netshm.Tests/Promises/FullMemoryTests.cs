using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>Promise 6: without room there is an OutOfSpaceException, and everything is as before.</summary>
public class FullMemoryTests(ITestOutputHelper output)
{
    private static int Rounds => LongForm.Rounds("NETSHM_FULL_ROUNDS", shortForm: 10);

    [MountTheory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_table_that_can_not_grow_is_as_before_and_goes_on_when_there_is_room(LockingMethod locking)
    {
        int failures = 0;
        var seed = Seed.Take(output);
        for (int round = 0; round < Rounds; round++)
        {
            seed.Run(round, random =>
            {
                using var small = new SmallFileSystem("6M");
                using var full = new FullTable(small, locking, random);
                failures += full.Run();
            });
        }

        output.WriteLine($"{Rounds} rounds with {failures} times no room, {locking}");
    }

    [MountTheory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void Creating_without_room_leaves_at_most_an_empty_file(LockingMethod locking)
    {
        const int roomForAll = 1_400_000;
        int failures = 0;
        Seed.Take(output).Run(random =>
        {
            using var small = new SmallFileSystem("2M");
            SharedMemoryName name = SharedMemoryName.File($"{small.Directory}/table");
            for (int round = 0; round < Rounds; round++)
            {
                var options = new ShmTableOptions { Locking = locking, Init = random.Next(2, 5000) };
                string ballast = small.LeaveFree(random.Next(roomForAll) & ~4095);
                try
                {
                    ShmTable.Open(name, options).Dispose();
                }
                catch (OutOfSpaceException e)
                {
                    failures++;
                    Assert.Contains(small.Directory, e.Message, StringComparison.Ordinal);
                    Assert.Equal([ballast, name.MemoryPath], Directory.GetFiles(small.Directory).Order());
                }

                File.Delete(ballast);
                using (ShmTable table = ShmTable.Open(name, new ShmTableOptions { Locking = locking }))
                {
                    table.Add(1, [1]);
                    Assert.True(table.Check().IsConsistent);
                }

                SharedMemoryObject.Unlink(name);
                Assert.Empty(Directory.GetFiles(small.Directory));
            }
        });
        output.WriteLine($"{Rounds} creations, {failures} of them without room");
    }

    [DiskFact]
    public void A_disk_keeps_its_free_room_when_a_table_could_not_grow_as_far_as_it_had_to()
    {
        using var disk = new SmallFileSystem("16M", onDisk: true);
        using ShmTable table = ShmTable.Open(
            SharedMemoryName.File($"{disk.Directory}/table"), new ShmTableOptions { Locking = LockingMethod.Record });
        table.Add(1, [1]);
        long free = disk.FreeBytes;
        Assert.Throws<OutOfSpaceException>(() => table.Replace(1, new int[8_000_000]));
        Assert.InRange(disk.FreeBytes, free - 100_000, free);
        Assert.Equal([1], table.Find(1));
        Assert.True(table.Check().IsConsistent);
        table.Replace(1, new int[1_000_000]);
        Assert.Equal(1_000_000, table.Find(1).Length);
    }

    [MountFact]
    public void Without_room_for_the_companion_neither_it_nor_the_object_stays()
    {
        using var small = new SmallFileSystem("64k");
        string unique = $"netshm-test-{Guid.NewGuid():N}";
        SharedMemoryName name = SharedMemoryName.Posix($"{small.Directory}/companion", "/" + unique);
        string ballast = small.LeaveFree(0);
        Assert.Throws<OutOfSpaceException>(() => SharedMemoryObject.Open(name));
        Assert.Equal([ballast], Directory.GetFiles(small.Directory));
        Assert.False(File.Exists(name.MemoryPath));
        File.Delete(ballast);
        ShmTable.Open(name).Dispose();
        SharedMemoryObject.Unlink(name);
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Futex)]
    public void A_limit_to_the_length_of_files_is_an_error_and_not_the_end_of_the_process(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using ChildProcess worker = WorkerProcess.Start("fill", temp.Name.ToString(), locking.ToString());
        Assert.Equal("ready", worker.ReadLine());
        foreach (int limit in (int[])[3_000_000, 5_000_000])
        {
            SetLimit(worker, limit);
            Assert.Equal("OutOfSpaceException True True", worker.Ask("go"));
            Assert.InRange(new FileInfo(temp.Name.MemoryPath).Length, limit - 100_000, limit);
        }

        worker.Finish();
        Assert.Contains("OutOfSpaceException", CreateWithin(100, "file"), StringComparison.Ordinal);
        Assert.Contains("OutOfSpaceException", CreateWithin(60_000, "file"), StringComparison.Ordinal);
        Assert.Contains("OutOfSpaceException", CreateWithin(10, "posix"), StringComparison.Ordinal);
    }

    /// <summary>Lets a process with a limit create a table; says what it answered.</summary>
    private static string CreateWithin(int limit, string type)
    {
        SharedMemoryName name = TempTable.FreshName(
            type == "file" ? SharedMemoryType.File : SharedMemoryType.Posix);
        using ChildProcess worker = WorkerProcess.Start("attempt", "Futex");
        Assert.Equal("ready", worker.ReadLine());
        SetLimit(worker, limit);
        string answer = worker.Ask($"{name} OpenOrCreate ReadWrite");
        worker.Finish();
        Assert.False(File.Exists(name.MemoryPath + ".netshm") || File.Exists(name.MemoryPath + ".netshm.new"));
        Assert.Equal(type == "file", File.Exists(name.MemoryPath));
        if (type == "file")
            SharedMemoryObject.Unlink(name);
        return answer;
    }

    private static void SetLimit(ChildProcess process, int bytes)
    {
        string id = process.Id.ToString(CultureInfo.InvariantCulture);
        using Process prlimit = Process.Start(
            "prlimit", ["--pid", id, string.Create(CultureInfo.InvariantCulture, $"--fsize={bytes}:unlimited")]);
        prlimit.WaitForExit();
        Assert.Equal(0, prlimit.ExitCode);
    }
}

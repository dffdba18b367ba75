using System.Buffers;

namespace Netshm.Exploration;

/// <summary>A thread that reads without a lock is stopped at each of its loads, and the table is closed meanwhile.</summary>
public class LateReaderTests
{
    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.None)]
    public void Who_looks_for_a_key_while_the_table_is_closed_is_not_told_that_it_is_not_bound(LockingMethod locking) =>
        CloseAtEachLoad(locking, table => table.Contains(1));

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.None)]
    public void Who_reads_a_value_while_the_table_is_closed_gets_it_or_an_error(LockingMethod locking) =>
        CloseAtEachLoad(locking, table => table.TryFind(1, out int[]? value) && value is [1, 2, 3]);

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.None)]
    public void Who_looks_for_many_keys_while_the_table_is_closed_is_not_told_that_they_are_not_bound(LockingMethod locking) =>
        CloseAtEachLoad(locking, table => table.FindMany([1, 2], new ArrayBufferWriter<int>(), new int[2]) == 2);

    private static void CloseAtEachLoad(LockingMethod locking, Func<ShmTable, bool> read)
    {
        bool wasClosed = true;
        for (int load = 1; wasClosed; load++)
        {
            using var files = new TableFiles();
            var process = new SimulatedProcess(files);
            process.DoAlive(_ =>
            {
                // The sequence words of a sidecar that is new are those of memory that was given back: zeros.
                process.Open(Scenario.OptionsToOpen(locking) with { Init = 20, ChangeFeedCapacity = 0 });
                process.Table.AddMany([1, 2], [1, 2, 3, 4], [3, 1]);
                process.Close();
                File.Delete(files.Name.SidecarPath);
                process.Open(Scenario.OptionsToOpen(locking) with { ChangeFeedCapacity = 0 });
                Assert.True(read(process.Table));
                wasClosed = CloseAt(load, process, read);
            });
        }
    }

    private static bool CloseAt(int load, SimulatedProcess process, Func<ShmTable, bool> read)
    {
        int loads = 0;
        bool isClosed = false;
        process.AtSeam = kind =>
        {
            if (kind != SeamKind.Load || isClosed || ++loads < load)
                return;
            isClosed = true;
            var closing = new Thread(process.Table.Dispose);
            closing.Start();
            closing.Join();
        };
        try
        {
            Assert.True(read(process.Table), $"closed at load {load}: what is bound was not found");
        }
        catch (ObjectDisposedException) when (isClosed)
        {
            // So it is.
        }

        process.AtSeam = null;
        process.Close();
        return isClosed;
    }
}

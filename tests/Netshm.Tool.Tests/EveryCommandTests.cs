using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>That there is no command without a run of the real program.</summary>
public sealed class EveryCommandTests
{
    [Theory]
    [InlineData(SharedMemoryType.File, LockingMethod.Futex)]
    [InlineData(SharedMemoryType.Posix, LockingMethod.Record)]
    public void Every_command_works(SharedMemoryType type, LockingMethod locking)
    {
        using var temp = new TempTable(type, new ShmTableOptions { Locking = locking });
        using (ShmTable table = ShmTable.Open(temp.Name, temp.Options))
            EveryCommand.Fill((key, value) => table.Add(key, value));
        EveryCommand.RunAll(temp, Read);
        Assert.Equal(EveryCommand.ContentsAfterwards, Read(temp.Name));
    }

    private static string Read(SharedMemoryName name)
    {
        using ShmTable table = ShmTable.Open(name);
        return TableDump.Format(table);
    }
}

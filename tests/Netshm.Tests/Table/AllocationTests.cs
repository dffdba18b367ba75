using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>The operations that promise not to allocate on the managed heap don't.</summary>
public class AllocationTests
{
    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    public void Single_operations_allocate_nothing(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        int[] value = new int[100];
        Run(0, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Run(100, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Run(int from, int to)
        {
            for (int key = from; key < to; key++)
            {
                table.Add(key, value);
                table.Replace(key, value.AsSpan(0, key % 100));
                _ = table.TryFind(key, value, out _);
                _ = table.Contains(key);
                _ = table.Remove(key - 1);
            }
        }
    }
}

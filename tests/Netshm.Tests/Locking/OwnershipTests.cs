using Netshm.TestKit;

namespace Netshm.Tests.Locking;

/// <summary>The owner's epoch: of those who own a table one after the other, only the latest one stores anything.</summary>
public sealed class OwnershipTests : IDisposable
{
    private static readonly ShmTableOptions s_withFeed =
        new() { Locking = LockingMethod.Futex, ChangeFeedCapacity = 16 };

    private readonly TempTable _temp = new();

    /// <inheritdoc/>
    public void Dispose() => _temp.Dispose();

    [Fact]
    public void An_owner_stores_nothing_after_another_one_took_over_and_reads_what_that_one_stores()
    {
        using ShmTable first = ShmTable.Open(_temp.Name, s_withFeed);
        using ShmTable second = ShmTable.Open(_temp.Name, s_withFeed);
        _ = first.RaiseOwnerEpoch(first.OwnerEpoch);
        first.Add(1, [1]);
        _ = second.RaiseOwnerEpoch(second.OwnerEpoch);
        long changes = second.LastChange;
        int[] before = Words(second);

        Action[] modifications =
        [
            () => first.Add(2, [2]), () => first.Replace(1, [2]), () => first.Remove(1), () => first.Transact(() => { }),
            () => first.Group(() => { }), () => first.Group(() => first.Replace(1, [2]), GroupIntent.OnDemand),
            () => first.WriteBlocks(1, WriteOperations.None, (_, _) => default), () => first.ReplaceMany([1], [2], [1]),
            () => first.Memory[3, 0] = 7,
        ];
        Assert.All(modifications, modify => Assert.Throws<OwnerFencedException>(modify));
        Assert.Equal(before, Words(second));
        Assert.Equal(changes, second.LastChange);
        second.Replace(1, [3]);
        Assert.Equal([3], first.Find(1));
    }

    [Fact]
    public void Of_two_that_saw_the_same_epoch_the_second_one_is_refused()
    {
        using ShmTable first = ShmTable.Open(_temp.Name, s_withFeed);
        using ShmTable second = ShmTable.Open(_temp.Name, s_withFeed);
        long seen = first.OwnerEpoch;
        _ = second.RaiseOwnerEpoch(seen);
        var e = Assert.Throws<OwnerFencedException>(() => first.RaiseOwnerEpoch(seen));
        Assert.Contains(_temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        first.Add(1, [1]); // It is no owner, and never was.
        second.Add(1, [2]);
        Assert.Equal(2, first.Count);
    }

    [Fact]
    public void A_handle_of_the_same_owner_is_bound_to_its_epoch()
    {
        using ShmTable direct = ShmTable.Open(_temp.Name, s_withFeed);
        using ShmTable batches = ShmTable.Open(_temp.Name, s_withFeed);
        batches.BindToOwner(direct.RaiseOwnerEpoch(direct.OwnerEpoch));
        batches.Add(1, [1]);
        using ShmTable heir = ShmTable.Open(_temp.Name, s_withFeed);
        _ = heir.RaiseOwnerEpoch(heir.OwnerEpoch);
        Assert.Throws<OwnerFencedException>(() => batches.Add(1, [2]));
    }

    [Fact]
    public void An_owner_recovers_nothing_after_another_one_took_over()
    {
        using ShmTable first = ShmTable.Open(_temp.Name, s_withFeed);
        _ = first.RaiseOwnerEpoch(first.OwnerEpoch);
        using (ShmTable second = ShmTable.Open(_temp.Name, s_withFeed))
            _ = second.RaiseOwnerEpoch(second.OwnerEpoch);
        using (ChildProcess holder = WorkerProcess.Start("hold", _temp.Name.ToString(), "Futex", nameof(GroupIntent.Write)))
        {
            Assert.Equal("held", holder.ReadLine());
            holder.Kill();
        }

        Assert.Throws<OwnerFencedException>(() => first.Add(1, [1]));
        Assert.Null(first.LastRecovery);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void An_owner_that_opens_its_table_again_stores_nothing_after_the_sidecar_was_made_anew(int heirs)
    {
        long epoch, seen;
        using (ShmTable first = ShmTable.Open(_temp.Name, s_withFeed))
        {
            seen = first.OwnerEpoch;
            epoch = first.RaiseOwnerEpoch(seen);
        }

        File.Delete(_temp.Name.SidecarPath);
        using ShmTable heir = ShmTable.Open(_temp.Name, s_withFeed);
        for (int i = 0; i < heirs; i++)
            _ = heir.RaiseOwnerEpoch(heir.OwnerEpoch);

        using ShmTable again = ShmTable.Open(_temp.Name, s_withFeed);
        Assert.Throws<OwnerFencedException>(() => again.RaiseOwnerEpoch(seen));
        again.BindToOwner(epoch);
        Assert.Throws<OwnerFencedException>(() => again.Add(1, [1]));
        heir.Add(1, [2]);
        Assert.Equal([2], again.Find(1));
    }

    [Theory]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.None)]
    public void A_table_with_another_locking_method_has_no_owners(LockingMethod locking)
    {
        using ShmTable table = ShmTable.Open(_temp.Name, new ShmTableOptions { Locking = locking });
        Assert.Throws<InvalidTableOperationException>(() => table.OwnerEpoch);
        Assert.Throws<InvalidTableOperationException>(() => table.RaiseOwnerEpoch(0));
        table.Add(1, [1]);
    }

    /// <summary>What lies in the table's first pages.</summary>
    private static int[] Words(ShmTable table) =>
        [.. Enumerable.Range(0, 8).SelectMany(page => Enumerable.Range(0, 16).Select(word => table.Memory[page, word]))];
}

namespace Netshm.Exploration;

/// <summary>The lock word while one process releases the lock and another one goes to sleep on it.</summary>
public class ReleaseTests
{
    [Fact]
    public void Who_goes_to_sleep_while_the_lock_is_released_is_woken()
    {
        using var files = new TableFiles();
        using Sidecar sidecar = TakeoverTests.Join(files, isFirst: true);
        var owner = new FutexLock(sidecar, "owner");
        owner.AcquireExclusive(Deadline.Never, probe: null);
        List<SeamKind> steps = [];
        var process = new SimulatedProcess(files)
        {
            AtSeam = kind =>
            {
                // The owner has looked for sleepers and found none.
                if (steps.Count == 0)
                    Interlocked.Or(ref sidecar.LockWord, LockState.SleepersBit);
                steps.Add(kind);
            },
        };
        process.DoAlive(_ => owner.ReleaseExclusive());
        Assert.Equal([SeamKind.Store, SeamKind.Load, SeamKind.Store], steps); // The last one is the wake-up.
        Assert.Equal(LockState.SleepersBit, sidecar.LockWord);
        Assert.Null(sidecar.OwnerSlot);
    }

    [Fact]
    public void A_free_lock_that_tells_of_sleepers_is_taken_and_they_are_woken_at_its_release()
    {
        using var files = new TableFiles();
        using Sidecar sidecar = TakeoverTests.Join(files, isFirst: true);
        var owner = new FutexLock(sidecar, "owner");
        sidecar.LockWord = LockState.SleepersBit;
        owner.AcquireExclusive(Deadline.Never, probe: null);
        Assert.Equal(sidecar.Slot, sidecar.OwnerSlot);
        Assert.Equal((sidecar.Slot + 1) | LockState.SleepersBit, sidecar.LockWord);
        owner.ReleaseExclusive();
        Assert.Equal(0, sidecar.LockWord);
    }
}

namespace Netshm.Exploration;

/// <summary>The lock word between a waiter's decision and its step, which random schedules seldom hit.</summary>
public class TakeoverTests
{
    private static readonly Libc.Status s_table = new() { Mode = 0x180 };

    [Fact]
    public void Who_finds_the_former_owner_gone_does_not_take_the_lock_from_the_present_one()
    {
        using var files = new TableFiles();
        Sidecar gone = Join(files, isFirst: true), present = Join(files), waiting = Join(files);
        FutexLock formerOwner = new(gone, "former"), owner = new(present, "present"), waiter = new(waiting, "waiter");
        formerOwner.AcquireExclusive(Deadline.Never, probe: null);

        var events = new List<string>();
        var process = new SimulatedProcess(files);
        int waits = 0;
        process.AtSeam = kind =>
        {
            Action<SeamKind>? hook = process.AtSeam;
            process.AtSeam = null;
            waits += kind == SeamKind.Wait ? 1 : 0;
            if (waits == 1 && kind == SeamKind.Store && events.Count == 0)
            {
                // The waiter has seen that the word still names the former owner, and is going to try its life byte.
                formerOwner.ReleaseExclusive();
                gone.Dispose();
                owner.AcquireExclusive(Deadline.Never, probe: null);
                events.Add("present owner comes");
            }
            else if (waits == 2 && events.Count == 1)
            {
                events.Add("present owner goes");
                owner.ReleaseExclusive();
            }

            process.AtSeam = hook;
        };
        process.DoAlive(_ => waiter.AcquireExclusive(Deadline.Never, probe: null));
        events.Add("waiter comes");
        process.AtSeam = null;
        waiter.ReleaseExclusive();
        present.Dispose();
        waiting.Dispose();
        Assert.Equal(["present owner comes", "present owner goes", "waiter comes"], events);
    }

    [Fact]
    public void Who_gets_the_slot_of_a_dead_owner_inherits_its_lock_although_somebody_goes_to_sleep_on_it()
    {
        using var files = new TableFiles();
        Sidecar dead = Join(files, isFirst: true), sleeping = Join(files);
        new FutexLock(dead, "dead").AcquireExclusive(Deadline.Never, probe: null);
        dead.Dispose();
        Sidecar heir = Join(files);
        var process = new SimulatedProcess(files)
        {
            AtSeam = _ => Interlocked.Or(ref sleeping.LockWord, unchecked((int)0x8000_0000)),
        };
        process.DoAlive(_ => Assert.True(new FutexLock(heir, "heir").InheritFrom(heir.Slot)));
        heir.Dispose();
        sleeping.Dispose();
    }

    internal static Sidecar Join(TableFiles files, bool isFirst = false)
    {
        const long tableId = 7;
        Sidecar sidecar = isFirst
            ? SidecarFile.Create(files.Name, s_table, tableId, generation: 0, changeCapacity: 0)
            : SidecarFile.TryOpen(files.Name, s_table, tableId)!;
        sidecar.ClaimSlot();
        return sidecar;
    }
}

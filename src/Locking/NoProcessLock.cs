namespace Netshm.Locking;

/// <summary><see cref="LockingMethod.None"/>: nobody is kept out; the user sees to that.</summary>
internal sealed class NoProcessLock : ProcessLock
{
    public override void AcquireShared(Deadline deadline, WaitProbe? probe)
    {
    }

    public override void ReleaseShared()
    {
    }

    public override bool TryAcquireExclusive() => true;

    public override void AcquireExclusive(Deadline deadline, WaitProbe? probe)
    {
    }

    public override void Upgrade(Deadline deadline)
    {
    }

    public override void LockContent(int page, Deadline deadline)
    {
    }

    public override void LockAllContent(Deadline deadline)
    {
    }

    public override void ReleaseExclusive()
    {
    }
}

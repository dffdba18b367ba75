namespace Netshm.Locking;

/// <summary>Looks for deadlocks across processes while a thread that holds tables waits for another one.</summary>
/// <remarks>
/// Edge chasing (Chandy, Misra, Haas 1983): docs/Protocol.md, "Deadlocks". It is made for one wait.
/// </remarks>
internal sealed class WaitProbe : IDisposable
{
    /// <summary>How often to look.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2);

    /// <summary>How often the heartbeat of a cycle must have moved since it was first seen.</summary>
    private const int BeatsOfALiveCycle = 2;

    [ThreadStatic]
    private static long t_threadNumber;

    private readonly string _name;
    private readonly Sidecar _wanted;
    private readonly List<Held> _held;
    private readonly List<AwaitedLock> _behind = [];

    /// <summary>What led back to this thread, each as it was first seen.</summary>
    private readonly List<AwaitedLock> _cycles = [];
    private long _beat;

    private WaitProbe(string name, Sidecar wanted, List<Held> held)
    {
        _name = name;
        _wanted = wanted;
        _held = held;
        if (t_threadNumber == 0)
            t_threadNumber = Random.Shared.NextInt64() | 1;
    }

    /// <summary>Makes one for a thread, or null when it can't be part of a cycle.</summary>
    /// <param name="name">The table that is waited for.</param>
    /// <param name="wanted">Its sidecar.</param>
    /// <param name="held">The sidecars of the tables that the thread holds.</param>
    public static WaitProbe? For(string name, Sidecar wanted, List<Sidecar> held)
    {
        var holds = new List<Held>();
        foreach (Sidecar sidecar in held)
        {
            if (sidecar != wanted)
                holds.Add(new Held(sidecar));
        }

        return holds.Count == 0 ? null : new WaitProbe(name, wanted, holds);
    }

    /// <summary>Tells others what this thread waits for, and looks whether that leads back to it.</summary>
    /// <exception cref="DeadlockException">It does, and this thread is the one of the cycle that has to give way.</exception>
    public void Check()
    {
        _behind.Clear();
        _wanted.Waits.ReadAll(_behind);
        var told = new List<AwaitedLock>(WaitEntry.MaxAwaited)
        {
            new(_wanted.Instance, _wanted.Epoch, ++_beat, t_threadNumber),
        };
        foreach (AwaitedLock awaited in _behind)
        {
            if (_held.Exists(held => held.Is(awaited)))
                ThrowIfVictim(awaited);
            else if (told.Count < WaitEntry.MaxAwaited)
                told.Add(awaited with { LargestThread = Math.Max(awaited.LargestThread, t_threadNumber) });
        }

        foreach (Held held in _held)
            held.Tell(told);
    }

    /// <summary>Takes back what was told.</summary>
    public void Dispose() => _held.ForEach(held => held.Dispose());

    private void ThrowIfVictim(AwaitedLock awaited)
    {
        // A heartbeat that moves is proof that the wait it stands for began before and goes on during ours.
        int first = _cycles.FindIndex(seen => seen with { Heartbeat = awaited.Heartbeat } == awaited);
        if (first < 0)
        {
            _cycles.Add(awaited);
        }
        else if (awaited.Heartbeat >= _cycles[first].Heartbeat + BeatsOfALiveCycle
            && t_threadNumber > awaited.LargestThread)
        {
            throw new DeadlockException(
                $"{_name}: who holds the lock wanted here waits for one that this thread holds");
        }
    }

    /// <summary>A table that the thread holds.</summary>
    private sealed class Held(Sidecar sidecar) : IDisposable
    {
        private readonly long _epoch = sidecar.Epoch;
        private int? _entry;

        public bool Is(AwaitedLock awaited) => awaited.TableId == sidecar.Instance && awaited.Epoch == _epoch;

        public void Tell(List<AwaitedLock> told)
        {
            _entry ??= sidecar.Waits.TryClaim(sidecar.Slot);
            if (_entry is { } entry)
                sidecar.Waits.Write(entry, CollectionsMarshal.AsSpan(told));
        }

        public void Dispose()
        {
            if (_entry is { } entry)
                sidecar.Waits.Release(entry);
        }
    }
}

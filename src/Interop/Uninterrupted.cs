namespace Netshm.Interop;

/// <summary>Enters monitors where <see cref="Thread.Interrupt"/> must not come in between: where something is released.</summary>
/// <remarks>
/// A monitor that is not free is a place where an interruption strikes. Here it is kept, and strikes the thread at the next
/// place where it waits after the monitor was left. For monitors that are held for a short time only, and for releases, which
/// have to be made.
/// </remarks>
internal static class Uninterrupted
{
    /// <summary>Enters a monitor, which is left when the result is disposed of.</summary>
    public static Held Enter(object monitor)
    {
        bool wasInterrupted = false;
        while (!TryEnter(monitor))
            wasInterrupted = true;
        return new Held(monitor, wasInterrupted);
    }

    /// <summary>Waits for what can't be given up, as <see cref="Enter"/> does.</summary>
    /// <param name="wait">Waits; called again after each interruption, which must have changed nothing.</param>
    public static T Wait<T>(Func<T> wait)
    {
        bool wasInterrupted = false;
        try
        {
            while (true)
            {
                try
                {
                    return wait();
                }
                catch (ThreadInterruptedException)
                {
                    wasInterrupted = true;
                }
            }
        }
        finally
        {
            if (wasInterrupted)
                Thread.CurrentThread.Interrupt();
        }
    }

    private static bool TryEnter(object monitor)
    {
        try
        {
            Seam.Waiting(FaultPoint.EnterUninterrupted);
            Monitor.Enter(monitor);
            return true;
        }
        catch (ThreadInterruptedException)
        {
            return false;
        }
    }

    /// <summary>A monitor that was entered.</summary>
    public readonly ref struct Held(object monitor, bool wasInterrupted)
    {
        public void Dispose()
        {
            Monitor.Exit(monitor);
            if (wasInterrupted)
                Thread.CurrentThread.Interrupt();
        }
    }
}

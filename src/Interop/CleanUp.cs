using System.Runtime.ExceptionServices;

namespace Netshm.Interop;

/// <summary>A clean-up of several steps, each of which is made whatever became of the others.</summary>
internal struct CleanUp
{
    private ExceptionDispatchInfo? _first;

    /// <summary>Makes a step; an error is kept for <see cref="ThrowIfFailed"/>.</summary>
    public void Step(Action step)
    {
        try
        {
            step();
        }
        catch (Exception e)
        {
            _first ??= ExceptionDispatchInfo.Capture(e);
        }
    }

    /// <summary>To be called after the last step: throws the first error, if there was one.</summary>
    public readonly void ThrowIfFailed() => _first?.Throw();
}

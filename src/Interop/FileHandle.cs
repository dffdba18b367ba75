namespace Netshm.Interop;

/// <summary>An open file, which is closed once, whatever happens.</summary>
internal sealed class FileHandle : SafeHandle
{
    /// <param name="descriptor">Its number; -1 for none.</param>
    public FileHandle(int descriptor = -1)
        : base(invalidHandleValue: -1, ownsHandle: true) => SetHandle(descriptor);

    public override bool IsInvalid => handle == -1;

    /// <summary>
    /// The number, for calls on a path that must be short; who uses it refers to this object until after the last use, and
    /// knows that nobody disposes of it.
    /// </summary>
    public int Number => (int)handle;

    /// <summary>Takes over the file that a call has opened, if it has.</summary>
    public void Take(int descriptor) => SetHandle(descriptor);

    /// <summary>Closes the file. Nothing is buffered in one that only maps and locks, so nothing is lost if that fails.</summary>
    protected override bool ReleaseHandle() => Libc.Close(FaultPoint.CloseFile, (int)handle) == 0;
}

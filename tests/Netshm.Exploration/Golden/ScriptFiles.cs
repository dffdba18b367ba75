namespace Netshm.Exploration;

/// <summary>What happens to the files of a script's table while nobody has it open.</summary>
internal sealed class ScriptFiles
{
    private readonly string _table;
    private readonly StoreRecorder _recorder;
    private readonly Coverage _coverage;
    private byte[]? _copy;

    public ScriptFiles(SharedMemoryName name, StoreRecorder recorder, Coverage coverage)
    {
        _table = name.MemoryPath;
        _recorder = recorder;
        _coverage = coverage;
    }

    public bool TableExists => File.Exists(_table);

    /// <summary>Somebody removes the sidecar.</summary>
    public void LoseSidecar()
    {
        _recorder.Begin("the sidecar is lost", filesMayComeAndGo: true);
        _coverage.Count(Covered.LostSidecar);
        File.Delete(_table + FilePlaces.SidecarSuffix);
        _recorder.End();
    }

    /// <summary>Somebody makes a copy of the table, which is in order.</summary>
    public void KeepCopy() => _copy = File.ReadAllBytes(_table);

    /// <summary>Somebody puts the copy back, if there is one, but not the sidecar.</summary>
    public void RestoreCopy()
    {
        if (_copy is null)
            return;
        _recorder.Begin("the table is restored", filesMayComeAndGo: true);
        _coverage.Count(Covered.RestoredCopy);
        File.WriteAllBytes(_table, _copy);
        _recorder.End();
    }

    /// <summary>To be called when the table becomes another one.</summary>
    public void ForgetCopy() => _copy = null;
}

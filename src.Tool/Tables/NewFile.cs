using System.Security.Cryptography;

namespace Netshm.Tool.Tables;

/// <summary>A file that is written under another name and gets its own when it is complete.</summary>
internal sealed class NewFile : IDisposable
{
    private readonly string _path;
    private readonly Unfinished _unfinished;

    /// <exception cref="UsageException">The name is not one of an ordinary file, or something bears it.</exception>
    public NewFile(SharedMemoryName name)
    {
        if (name.Type != SharedMemoryType.File)
            throw new UsageException($"{name}: a new table is written as a file; expected file:/path or local:name");
        _path = name.MemoryPath;
        if (Path.Exists(_path))
            throw new UsageException($"{name} exists");
        Draft = SharedMemoryName.Parse($"{name}.draft-{RandomNumberGenerator.GetHexString(12)}");
        _unfinished = new Unfinished(() => File.Delete(Draft.MemoryPath));
    }

    /// <summary>The name under which it is written.</summary>
    public SharedMemoryName Draft { get; }

    /// <summary>Gives the complete file its name; never in the place of another one.</summary>
    public void Publish()
    {
        File.Move(Draft.MemoryPath, _path, overwrite: false);
        _unfinished.Complete();
    }

    /// <summary>Removes what is not complete.</summary>
    public void Dispose() => _unfinished.Dispose();
}

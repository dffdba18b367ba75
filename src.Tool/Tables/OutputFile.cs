using System.Security.Cryptography;
using System.Text;

namespace Netshm.Tool.Tables;

/// <summary>
/// A text file that is written under another name and takes the place of an older one when it is complete: until then, and
/// when the command fails, the older one stays. Devices and pipes are written to directly.
/// </summary>
internal sealed class OutputFile : IDisposable
{
    private readonly string _path;
    private readonly string _draft;
    private readonly Unfinished _unfinished;

    /// <exception cref="UsageException">The file belongs to a table: its users would lose it.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written, or is a directory.</exception>
    public OutputFile(string path)
    {
        FileStatus? existing = FileStatus.TryOf(path);
        _path = existing is { IsRegularFile: true } ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;
        if (existing is { IsRegularFile: true })
            EnsureReplaceable(_path);
        bool isWrittenDirectly = existing is { IsRegularFile: false };
        _draft = isWrittenDirectly ? _path : $"{_path}.draft-{RandomNumberGenerator.GetHexString(12)}";
        Writer = new StreamWriter(_draft, append: false, new UTF8Encoding(false));
        _unfinished = new Unfinished(isWrittenDirectly ? static () => { } : () => File.Delete(_draft));
        if (_draft != _path && existing is not null)
            File.SetUnixFileMode(_draft, File.GetUnixFileMode(_path));
    }

    /// <summary>Takes the text.</summary>
    public StreamWriter Writer { get; }

    /// <summary>Gives the file its name: all of the text was written.</summary>
    public void Complete()
    {
        Writer.Dispose();
        if (_draft != _path)
            File.Move(_draft, _path, overwrite: true);
        _unfinished.Complete();
    }

    /// <summary>Removes what is not complete.</summary>
    public void Dispose()
    {
        _unfinished.Dispose();
        Writer.Dispose();
    }

    private static void EnsureReplaceable(string path)
    {
        if (Marks.BeginTable(path) || Marks.BeginSidecar(path) || Marks.ObjectOfCompanion(path) is not null)
            throw new UsageException($"{path} is a file of a table; its users would lose it");

        // Who may not write the file may not replace it, either.
        File.Open(path, FileMode.Open, FileAccess.Write).Dispose();
    }
}

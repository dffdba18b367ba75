using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Runs;

/// <summary>
/// The memory file system's directory that has the stores of this process. Scripts remove it by its name,
/// <c>netshm-benchmark-PID</c>, when the process is interrupted.
/// </summary>
internal sealed class WorkDirectory : IDisposable
{
    private readonly string _path =
        Directory.CreateDirectory(Path.Combine(TempTable.Directory, $"netshm-benchmark-{Environment.ProcessId}")).FullName;

    private int _directories;

    /// <summary>
    /// The path of a directory that is not there yet. It is short, since paths of Unix sockets may have 107 bytes.
    /// </summary>
    public string Next() => Path.Combine(_path, (++_directories).ToString(CultureInfo.InvariantCulture));

    /// <summary>Removes everything.</summary>
    public void Dispose() => Directory.Delete(_path, recursive: true);
}

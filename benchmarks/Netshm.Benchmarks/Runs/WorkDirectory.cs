using System.Globalization;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Runs;

/// <summary>
/// A directory of the memory file system for the stores of one run. Scripts remove those of a process by their names,
/// <c>netshm-benchmark-PID-NUMBER</c>, when it is interrupted.
/// </summary>
internal sealed class WorkDirectory : IDisposable
{
    private static int s_runs;

    private readonly string _path = Directory.CreateDirectory(Path.Combine(
        TempTable.Directory, $"netshm-benchmark-{Environment.ProcessId}-{Interlocked.Increment(ref s_runs)}")).FullName;

    private int _directories;

    /// <summary>
    /// The path of a directory that is not there yet. It is short, since paths of Unix sockets may have 107 bytes.
    /// </summary>
    public string Next() => Path.Combine(_path, (++_directories).ToString(CultureInfo.InvariantCulture));

    /// <summary>Removes everything.</summary>
    public void Dispose() => Directory.Delete(_path, recursive: true);
}

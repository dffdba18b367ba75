using System.Runtime.InteropServices;

namespace Netshm.Benchmarks.Workloads;

/// <summary>One entry: an operation, and its key or the number of entries that belong to it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TraceEntry(Operation Operation, int Argument);

/// <summary>
/// A sequence of operations, computed once and given to all peers in a file, so that programs in other languages do
/// exactly the same: pairs of 32-bit words in the byte order of the machine.
/// </summary>
internal sealed class OperationTrace
{
    private readonly TraceEntry[] _entries;

    /// <summary>Takes the entries.</summary>
    public OperationTrace(IEnumerable<TraceEntry> entries)
    {
        _entries = [.. entries];
        ChangesKeys = Array.Exists(_entries, entry => entry.Operation is Operation.Add or Operation.Remove);
    }

    /// <summary>The entries.</summary>
    public ReadOnlySpan<TraceEntry> Entries => _entries;

    /// <summary>Whether it adds or removes keys, so that it can't be repeated without undoing that.</summary>
    public bool ChangesKeys { get; }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public static OperationTrace Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        return new OperationTrace(MemoryMarshal.Cast<byte, TraceEntry>(bytes).ToArray());
    }

    /// <summary>Writes the file.</summary>
    public void Save(string path) => File.WriteAllBytes(path, MemoryMarshal.AsBytes<TraceEntry>(_entries));
}

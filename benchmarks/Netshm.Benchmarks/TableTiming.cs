using System.Diagnostics;
using Netshm.TestKit;

namespace Netshm.Benchmarks;

/// <summary>Our library's part of a comparison, in nanoseconds per operation.</summary>
/// <param name="Add">Adding the bindings to a new table.</param>
/// <param name="Find">Finding by <see cref="ShmTable.Find"/>, which allocates each value as Ocamlnet does.</param>
/// <param name="TryFind">
/// Finding by <see cref="ShmTable.TryFind(int, Span{int}, out int)"/>, which allocates nothing.
/// </param>
/// <param name="Replace">Replacing.</param>
internal sealed record TableTiming(double Add, double Find, double TryFind, double Replace)
{
    /// <summary>Creates a table, works on it, checks it, and unlinks it.</summary>
    public static TableTiming Measure(ShmTableOptions options, Workload work)
    {
        using var temp = new TempTable(options: options);
        ShmTable table = temp.Open();
        return new TableTiming(
            NanosecondsEach(work, () => AddAll(table, work)),
            NanosecondsEach(work, () => FindAll(table, work)),
            NanosecondsEach(work, () => TryFindAll(table, work)),
            NanosecondsEach(work, () => ReplaceAll(table, work)));
    }

    private static void AddAll(ShmTable table, Workload work)
    {
        for (int i = 0; i < work.Keys.Length; i++)
            table.Add(work.Keys[i], work.Values[i]);
    }

    private static void FindAll(ShmTable table, Workload work)
    {
        foreach (int i in work.Visited)
            CheckValue(i, table.Find(work.Keys[i]));
    }

    private static void TryFindAll(ShmTable table, Workload work)
    {
        Span<int> destination = stackalloc int[Workload.ValueLength];
        foreach (int i in work.Visited)
        {
            _ = table.TryFind(work.Keys[i], destination, out int length);
            CheckValue(i, destination[..length]);
        }
    }

    private static void ReplaceAll(ShmTable table, Workload work)
    {
        foreach (int i in work.Visited)
            table.Replace(work.Keys[i], work.Values[i]);
    }

    private static void CheckValue(int index, ReadOnlySpan<int> found)
    {
        if (found.Length != Workload.ValueLength || found[^1] != index + Workload.ValueLength - 1)
            throw new InvalidOperationException($"The value of key number {index} is wrong");
    }

    private static double NanosecondsEach(Workload work, Action body)
    {
        long start = Stopwatch.GetTimestamp();
        body();
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / work.Keys.Length;
    }
}

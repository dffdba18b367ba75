using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Runs;
using Perfolizer.Horology;

namespace Netshm.Benchmarks.Micro;

/// <summary>Runs <see cref="TableBenchmarks"/> and takes over its figures.</summary>
internal static class MicroRun
{
    private static readonly TimeInterval s_shortIteration = TimeInterval.FromMilliseconds(100);

    /// <summary>Measures.</summary>
    public static void Run(Results results, Effort effort)
    {
        _ = results.Attempt("micro-benchmarks", () =>
        {
            Job length = effort.IsFull ? Job.MediumRun : Job.ShortRun.WithIterationTime(s_shortIteration);
            Job job = length.WithToolchain(InProcessEmitToolchain.Instance);
            ManualConfig config = ManualConfig.CreateEmpty()
                .AddJob(job)
                .AddLogger(new AccumulationLogger())
                .WithArtifactsPath(Path.Combine(Path.GetTempPath(), $"netshm-micro-{Environment.ProcessId}"))
                .WithOptions(ConfigOptions.DisableLogFile);
            Summary summary = BenchmarkRunner.Run<TableBenchmarks>(config);
            foreach (BenchmarkReport report in summary.Reports)
                Note(results, report);
        });
    }

    private static void Note(Results results, BenchmarkReport report)
    {
        if (!report.Success)
            throw new InvalidOperationException($"{report.BenchmarkCase.DisplayInfo} failed");
        Result result = results.Of(new Subject(
            Sections.Micro, PeerCatalog.NetshmFutex.Label, report.BenchmarkCase.Descriptor.WorkloadMethod.Name,
            Scenarios.Uniform, TableBenchmarks.Bindings, Suite.Words, "1", Stage.NanosecondsEach));
        foreach (double nanoseconds in report.ResultStatistics!.OriginalValues)
            result.Note(nanoseconds);
        result.AllocatedBytes = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase);
    }
}

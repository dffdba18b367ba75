using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Netshm.Fuzzing.Runs;

/// <summary>One thread's work: damages files and uses them, one after the other.</summary>
internal interface IFuzzer : IDisposable
{
    /// <summary>Watches over the operations.</summary>
    OperationGuard Guard { get; }

    /// <summary>The file that is being used.</summary>
    string FilePath { get; }

    /// <summary>Damages a file and uses it.</summary>
    /// <param name="number">Its number; the same number and randomness make the same file.</param>
    /// <param name="random">What decides.</param>
    void Run(int number, Random random);
}

/// <summary>Uses many damaged files, in several threads, and sees that none of them gets stuck.</summary>
/// <remarks>
/// <c>NETSHM_SEED</c> and <c>NETSHM_FUZZ_FILE</c> replay the file that a failure names.
/// </remarks>
internal static class Campaign
{
    private const long MuchTooLongInBytes = 1L << 30;

    private static readonly TimeSpan s_stuck = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>How many files to damage: as many as an environment variable says, or some.</summary>
    public static int CountFrom(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : otherwise;

    /// <summary>Runs the files from 0 on, or the one that is to be replayed, and prints the figures.</summary>
    public static Figures Run(int files, ITestOutputHelper output, Func<IFuzzer> makeFuzzer)
    {
        Seed seed = Seed.Take(output);
        int only = CountFrom("NETSHM_FUZZ_FILE", otherwise: -1);
        var next = new Counter { Value = only >= 0 ? only : 0 };
        int end = only >= 0 ? only + 1 : files;
        Worker[] workers = [.. Enumerable.Range(0, Environment.ProcessorCount)
            .Select(_ => new Worker(seed, next, end, makeFuzzer()))];
        var figures = new Figures();
        try
        {
            foreach (Worker worker in workers)
                worker.Start();
            foreach (Worker worker in workers)
            {
                worker.WaitForEnd(workers);
                figures.Add(worker.Figures);
            }
        }
        finally
        {
            foreach (Worker worker in workers)
                worker.Dispose(); // A file that one of them is stuck with goes, too: it may be what fills the memory.
        }

        output.WriteLine(figures.ToString());
        return figures;
    }

    private sealed class Counter
    {
        public int Value;
    }

    private sealed class Worker : IDisposable
    {
        private readonly Seed _seed;
        private readonly Counter _next;
        private readonly int _end;
        private readonly IFuzzer _fuzzer;
        private readonly Thread _thread;
        private Exception? _failure;

        public Worker(Seed seed, Counter next, int end, IFuzzer fuzzer)
        {
            _seed = seed;
            _next = next;
            _end = end;
            _fuzzer = fuzzer;
            _thread = new Thread(Work) { IsBackground = true };
        }

        public Figures Figures => _fuzzer.Guard.Figures;

        private string Place => $"NETSHM_FUZZ_FILE={_fuzzer.Guard.Number}: {_fuzzer.Guard.Damages}";

        public void Start() => _thread.Start();

        public void Dispose() => _fuzzer.Dispose();

        /// <summary>Waits for this worker, and looks after all of them meanwhile.</summary>
        public void WaitForEnd(Worker[] workers)
        {
            while (!_thread.Join(s_lookEvery))
            {
                foreach (Worker worker in workers)
                    worker.ThrowIfStuck();
            }

            if (_failure is not null)
                throw _failure;
        }

        private void ThrowIfStuck()
        {
            (string? operation, TimeSpan time) = _fuzzer.Guard.Running;
            if (operation is not null && time > s_stuck)
            {
                throw new FuzzFailureException($"{_seed} {Place}: {operation} has been running for {time}");
            }

            // Before it fills the memory of the machine.
            if (new FileInfo(_fuzzer.FilePath) is { Exists: true, Length: > MuchTooLongInBytes and var length })
                throw new FuzzFailureException($"{_seed} {Place}: {operation} has made {length} bytes of the file");
        }

        private void Work()
        {
            try
            {
                for (int number; (number = Interlocked.Increment(ref _next.Value) - 1) < _end;)
                    RunFile(number);
            }
#pragma warning disable CA1031 // It is thrown again where it is waited for.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _failure = new FuzzFailureException($"{e.Message} ({Place})", e);
                Volatile.Write(ref _next.Value, _end);
            }
        }

        private void RunFile(int number)
        {
            long start = Stopwatch.GetTimestamp();
            try
            {
                _seed.Run(number, random => _fuzzer.Run(number, random));
            }
            catch (SeededTestException e) when (e.InnerException is TooSlowException)
            {
                // The machine may have been busy with something else; twice the same is no accident.
                _seed.Run(number, random => _fuzzer.Run(number, random));
            }

            _fuzzer.Guard.Figures.AddFile(number, _fuzzer.Guard.IsSound, Stopwatch.GetElapsedTime(start));
        }
    }
}

using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Runs;

/// <summary>
/// Peers with the same records, which take turns at each scenario round by round, so that what else the machine does meets
/// all of them.
/// </summary>
internal sealed class Stage : IDisposable
{
    /// <summary>The unit of most figures.</summary>
    public const string NanosecondsEach = "ns each";

    private readonly Results _results;
    private readonly string _directory;
    private readonly int _bindings;
    private readonly int _words;
    private readonly List<PeerSession> _sessions;
    private readonly HashSet<(PeerSession, string Operation, int Processes)> _compiled = [];

    /// <summary>Starts the peers and gives them their records; those that fail are noted and left out.</summary>
    /// <param name="results">Receives the figures.</param>
    /// <param name="directory">A directory for all files, which is created, and removed at the end.</param>
    /// <param name="peers">The peers.</param>
    /// <param name="bindings">How many records.</param>
    /// <param name="words">The length of the values.</param>
    public Stage(Results results, string directory, IEnumerable<Peer> peers, int bindings, int words)
    {
        _results = results;
        _directory = Directory.CreateDirectory(directory).FullName;
        _bindings = bindings;
        _words = words;

        // Filling is not measured, so that two may do so at the same time.
        Peer[] able = [.. peers.Where(peer => words <= peer.LongestValue)];
        var started = new PeerSession?[able.Length];
        _ = Parallel.For(
            0, able.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => started[i] = Start(able[i]));
        _sessions = [.. started.OfType<PeerSession>()];
        foreach (PeerSession session in _sessions.Where(session => session.Peer.Maker is null).ToArray())
        {
            Attempt(session, "telling its size", () => _results
                .Of(SubjectOf(Sections.Memory, session.Peer, "bytes", "", "", "bytes per binding"))
                .Note((double)session.Bytes() / bindings));
        }
    }

    /// <summary>Lets the peers take turns at scenarios.</summary>
    /// <param name="scenarios">The scenarios.</param>
    /// <param name="effort">How many rounds, and how long each turn.</param>
    /// <param name="only">The peers to measure, or null for all.</param>
    public void Measure(IReadOnlyList<Scenario> scenarios, Effort effort, IReadOnlyCollection<Peer>? only = null)
    {
        string[] traces = [.. scenarios.Select(scenario => SaveTrace(scenario.Trace))];
        string?[] neighbours =
            [.. scenarios.Select(scenario => scenario.Neighbour is { } neighbour ? SaveTrace(neighbour) : null)];
        for (int round = -1; round < effort.Rounds; round++)
        {
            for (int i = 0; i < scenarios.Count; i++)
            {
                // Every other round goes backwards, so that of two peers none always has what the other one left in the caches.
                foreach (PeerSession session in (round % 2 == 0 ? _sessions : Enumerable.Reverse(_sessions)).ToArray()
                    .Where(one => scenarios[i].IsFor(one.Peer) && (only is null || only.Contains(one.Peer))))
                {
                    TakeTurn(session, scenarios[i], traces[i], neighbours[i], isWarmUp: round < 0, effort);
                }
            }
        }

        foreach (string trace in traces.Concat(neighbours.OfType<string>()))
            File.Delete(trace);
    }

    /// <summary>Demands that all records still have their values, and stops the peers.</summary>
    public void Dispose()
    {
        foreach (PeerSession session in _sessions.ToArray())
            Attempt(session, "reading its records at the end", session.Verify);
        foreach (PeerSession session in _sessions.ToArray())
            Stop(session);
        Directory.Delete(_directory, recursive: true);
    }

    private PeerSession? Start(Peer peer)
    {
        PeerSession? session = null;
        bool isStarted = _results.Attempt($"{peer.Label}, starting with {_bindings:N0} bindings of {_words:N0} words", () =>
        {
            session = new PeerSession(peer, Path.Combine(_directory, peer.Name), _bindings, _words);
            session.Fill(_bindings);
        });
        if (isStarted || session is null)
            return session;
        _ = _results.Attempt($"{peer.Label}, stopping", session.Dispose);
        return null;
    }

    private void TakeTurn(
        PeerSession session, Scenario scenario, string trace, string? neighbour, bool isWarmUp, Effort effort)
    {
        Attempt(session, $"{scenario.Operation}, {scenario.Keys}, {scenario.Parallelism}", () =>
        {
            int length = scenario.Trace.Entries.Length;
            TimeSpan duration = isWarmUp ? WarmUpOf(session, scenario, effort) : effort.Throughput;

            // The peers before have had the caches. Where a turn is part of a mix, its first operations bring them back; and
            // one iteration has the use of them only at its beginning.
            if (!isWarmUp && !scenario.Trace.ChangesKeys && scenario.Section != Sections.Ycsb && length > 1)
                _ = session.Run(trace, length, duration / 2, scenario.Parallelism, isLeadIn: true);
            Turn turn = neighbour is null
                ? session.Run(trace, length, duration, scenario.Parallelism)
                : session.RunBeside(neighbour, trace, length, duration);
            if (isWarmUp)
                return;
            Result result = _results.Of(SubjectOf(
                scenario.Section, session.Peer, scenario.Operation, scenario.Keys, scenario.Parallelism.ToString(),
                NanosecondsEach));
            result.Note(turn.NanosecondsEach / scenario.KeysPerOperation);
            if (session.Peer.Can(Abilities.Managed))
                result.AllocatedBytes = turn.AllocatedBytesEach / scenario.KeysPerOperation;
            if (scenario.WithLatencies)
                result.NoteLatencies(session.RunTimed(trace, effort.Latency));
        });
    }

    /// <summary>The mixes are of operations that have had their time before.</summary>
    private TimeSpan WarmUpOf(PeerSession session, Scenario scenario, Effort effort)
    {
        bool isFirst = session.Peer.Can(Abilities.Managed) && scenario.Section != Sections.Ycsb
            && _compiled.Add((session, scenario.Operation, scenario.Parallelism.Processes));
        return isFirst ? effort.Compilation : effort.WarmUp;
    }

    /// <summary>A peer that fails is left out from then on.</summary>
    private void Attempt(PeerSession session, string what, Action body)
    {
        if (!_results.Attempt($"{session.Peer.Label}, {_bindings:N0} bindings of {_words:N0} words, {what}", body))
            Stop(session);
    }

    private void Stop(PeerSession session)
    {
        _sessions.Remove(session);
        _ = _results.Attempt($"{session.Peer.Label}, stopping", session.Dispose);
    }

    private Subject SubjectOf(string section, Peer peer, string operation, string keys, string parallel, string unit) =>
        new(section, peer.Label, operation, keys, _bindings, _words, parallel, unit);

    private string SaveTrace(OperationTrace trace)
    {
        string path = Path.Combine(_directory, $"trace-{Guid.NewGuid():N}");
        trace.Save(path);
        return path;
    }
}

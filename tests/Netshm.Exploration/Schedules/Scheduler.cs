namespace Netshm.Exploration;

/// <summary>Runs threads one at a time, and decides at each seam which one goes on and which process dies.</summary>
/// <remarks>
/// Either by priorities that change at few instants (PCT: Burckhardt et al., ASPLOS 2010), or by changing to any other
/// thread at any seam with some probability. Both are drawn at random, so a seed replays them.
/// </remarks>
internal sealed class Scheduler : IDisposable
{
    /// <summary>More seams than any schedule needs, unless a process waits for ever.</summary>
    private const int MaxSteps = 60_000;

    /// <summary>Within so many seams changes of priorities and deaths are drawn.</summary>
    private const int UsualSteps = 1500;

    private readonly Random _random;
    private readonly List<Lane> _lanes = [];
    private readonly HashSet<int> _changes = [];
    private readonly HashSet<int> _deaths = [];
    private readonly double _changeProbability;
    private int _steps;
    private int _lowest;
    private bool _isAborted;

    public Scheduler(Random random, int deaths)
    {
        _random = random;
        _changeProbability = random.Next(2) == 0 ? 0 : Math.Pow(10, -0.5 - (2 * random.NextDouble()));
        for (int i = random.Next(1, 5); i > 0; i--)
            _changes.Add(random.Next(UsualSteps));
        while (_deaths.Count < deaths)
            _deaths.Add(random.Next(UsualSteps));
    }

    /// <summary>The first thing that went wrong.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>How many seams were come to.</summary>
    public int Steps => _steps;

    public Lane Add(Action<Lane> body)
    {
        var lane = new Lane(this, body) { Priority = _random.Next(1, 1000) };
        _lanes.Add(lane);
        return lane;
    }

    /// <summary>Runs all lanes to their ends.</summary>
    public void Run()
    {
        foreach (Lane lane in _lanes)
            lane.Start();
        Best()!.Turn.Release();
        foreach (Lane lane in _lanes)
            lane.Join();
    }

    public void Dispose() => _lanes.ForEach(lane => lane.Turn.Dispose());

    private Lane? Best() => _lanes.Where(lane => !lane.IsDone).MaxBy(lane => lane.Priority);

    private void Reach(Lane lane, SeamKind kind)
    {
        if (_isAborted)
            throw new AbortedException();
        if (++_steps > MaxSteps)
            throw new InvalidOperationException($"{MaxSteps} steps are not enough: somebody waits for ever");
        if (_deaths.Remove(_steps) && SimulatedProcess.Current is { } process)
            process.Die();
        if (kind == SeamKind.Wait || _changes.Contains(_steps))
            lane.Priority = --_lowest;
        Lane next = Best()!;
        if (_changeProbability > 0 && kind != SeamKind.Wait && _random.NextDouble() < _changeProbability)
            next = _lanes[_random.Next(_lanes.Count)] is { IsDone: false } any ? any : next;
        else if (_changeProbability > 0 && kind != SeamKind.Wait)
            next = lane;
        if (next == lane)
            return;
        next.Turn.Release();
        lane.Turn.Wait();
        if (_isAborted)
            throw new AbortedException();
    }

    private void End(Lane lane, Exception? failure)
    {
        lane.IsDone = true;
        if (failure is not null and not AbortedException)
        {
            Failure ??= failure;
            _isAborted = true;
        }

        Best()?.Turn.Release();
    }

    /// <summary>A thread that runs when it is its turn.</summary>
    internal sealed class Lane
    {
        private readonly Scheduler _scheduler;
        private readonly Thread _thread;

        public Lane(Scheduler scheduler, Action<Lane> body)
        {
            const int stackBytes = 1 << 19;
            _scheduler = scheduler;
            _thread = new Thread(() => Main(body), stackBytes);
        }

        public SemaphoreSlim Turn { get; } = new(0);

        public int Priority { get; set; }

        public bool IsDone { get; set; }

        /// <summary>To be called at each seam of the lane's processes.</summary>
        public void Reach(SeamKind kind) => _scheduler.Reach(this, kind);

        /// <summary>Lets others go on until a condition holds.</summary>
        public void WaitUntil(Func<bool> condition)
        {
            while (!condition())
                Reach(SeamKind.Wait);
        }

        public void Start() => _thread.Start();

        public void Join() => _thread.Join();

        private void Main(Action<Lane> body)
        {
            Exception? failure = null;
            Turn.Wait();
            try
            {
                if (!_scheduler._isAborted)
                    body(this);
            }
            catch (Exception e)
            {
                failure = e; // Rethrown by who runs the schedule.
            }

            _scheduler.End(this, failure);
        }
    }

    private sealed class AbortedException : Exception;
}

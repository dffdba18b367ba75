namespace Netshm.Exploration;

/// <summary>Something that is done to a table, every call of which is to fail in turn.</summary>
internal sealed class CallScenario
{
    /// <summary>What it is.</summary>
    public required string Name { get; init; }

    /// <summary>Whether the table lies in a file on a disk, where room is allocated in another way.</summary>
    public bool IsOnDisk { get; init; }

    /// <summary>What is there before, made by others or by the process itself; no call fails in it.</summary>
    public Action<CallRun> Prepare { get; init; } = _ => { };

    /// <summary>What is done.</summary>
    public required Action<CallRun> Act { get; init; }

    /// <summary>What comes after it in any case, without failing; the table is closed after that.</summary>
    public Action<CallRun> Afterwards { get; init; } = _ => { };

    /// <summary>Calls that always fail.</summary>
    public GivenFault[] Given { get; init; } = [];

    /// <summary>What the next process may find in the table; null when there is none any more.</summary>
    public string[]? Allowed { get; init; } = [""];

    /// <summary>How the next process opens the table.</summary>
    public ShmTableOptions Later { get; init; } = CallRun.Futex;

    /// <summary>Whether the scenario itself runs out of time.</summary>
    public bool TimesOut { get; init; }

    /// <summary>Whether the scenario itself fails, by what always fails.</summary>
    public bool Fails { get; init; }

    public override string ToString() => Name;
}

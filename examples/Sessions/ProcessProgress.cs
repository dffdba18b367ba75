namespace Sessions;

/// <summary>What a process does.</summary>
internal enum ProcessState
{
    /// <summary>It is being started.</summary>
    Starting,

    /// <summary>It serves sessions.</summary>
    Serving,

    /// <summary>It was killed.</summary>
    Killed,
}

/// <summary>What a process does, and what it has done, its predecessor that was killed included.</summary>
/// <param name="State">What it does.</param>
/// <param name="Reads">How many reads were made.</param>
/// <param name="Updates">How many updates were made.</param>
internal sealed record ProcessProgress(ProcessState State, long Reads, long Updates);

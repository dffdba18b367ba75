namespace Sessions;

/// <summary>How the program ends.</summary>
internal static class ExitCode
{
    /// <summary>No acknowledged update was lost.</summary>
    public const int Success = 0;

    /// <summary>An acknowledged update was lost.</summary>
    public const int Lost = 1;

    /// <summary>The arguments are wrong.</summary>
    public const int WrongUsage = 2;

    /// <summary>A process or a store failed; standard error says how.</summary>
    public const int Failed = 3;

    /// <summary>The user interrupted the program.</summary>
    public const int Interrupted = 130;
}

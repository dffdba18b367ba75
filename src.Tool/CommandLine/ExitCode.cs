namespace Netshm.Tool.CommandLine;

/// <summary>What the program's exit code says.</summary>
internal static class ExitCode
{
    public const int Fine = 0;

    /// <summary>The table, key or file is not there, or the answer to what was asked is no.</summary>
    public const int NotFound = 1;

    /// <summary>The command line or what was read does not fit: the table, its types, or its other users.</summary>
    public const int Usage = 2;

    /// <summary>The file is damaged, or no table.</summary>
    public const int Damaged = 3;

    /// <summary>The system refused: permissions, a full file system, a failing device.</summary>
    public const int System = 4;

    /// <summary>A lock was not free within the time.</summary>
    public const int Timeout = 5;

    /// <summary>Stopped by Ctrl-C or a request to terminate; 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Whoever read the output through a pipe has stopped reading; 128 + SIGPIPE, as shells have it.</summary>
    public const int OutputClosed = 141;
}

namespace Netshm.Tool.CommandLine;

/// <summary>What an exception means to the user.</summary>
/// <param name="ExitCode">How the program ends.</param>
/// <param name="Message">What it says before.</param>
internal sealed record Failure(int ExitCode, string Message)
{
    /// <summary>Null for an exception that is a defect of this program.</summary>
    public static Failure? Of(Exception error) => error switch
    {
        UsageException or PageSizeMismatchException or InvalidTableOperationException =>
            new(CommandLine.ExitCode.Usage, error.Message),
        NotFoundException or FileNotFoundException or DirectoryNotFoundException or KeyNotFoundException =>
            new(CommandLine.ExitCode.NotFound, error.Message),
        CorruptFileException { InnerException: FormatException cause } =>
            new(CommandLine.ExitCode.Usage, $"a binding is of other types than --key and --value say: {cause.Message}"),
        CorruptFileException => new(CommandLine.ExitCode.Damaged, error.Message),
        IOException when StandardStreams.IsReaderGone =>
            new(CommandLine.ExitCode.OutputClosed, "whoever read the output has stopped reading"),
        LockTimeoutException or DeadlockException => new(CommandLine.ExitCode.Timeout, error.Message),
        NetshmException or IOException or UnauthorizedAccessException =>
            new(CommandLine.ExitCode.System, error.Message),
        OperationCanceledException => new(CommandLine.ExitCode.Interrupted, "interrupted"),
        _ => null,
    };
}

namespace Netshm.Tool.CommandLine;

/// <summary>What the user gave does not fit; ends the program with <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>What the user asked for is not there; ends the program with <see cref="ExitCode.NotFound"/>.</summary>
internal sealed class NotFoundException(string message) : Exception(message);

using System.CommandLine;

namespace Netshm.Tool.CommandLine;

/// <summary>One run of a command: what was asked for, and where the answer goes.</summary>
internal sealed class Invocation(ParseResult parsed, CancellationToken cancellation)
{
    /// <summary>Where the answer goes.</summary>
    public Output Output { get; } = new(isJson: parsed.GetValue(SharedOptions.Json));

    /// <summary>Says that the user does not want to wait any longer.</summary>
    public CancellationToken Cancellation => cancellation;

    /// <summary>The table that most commands are about.</summary>
    public SharedMemoryName Name => parsed.GetRequiredValue(SharedOptions.Name);

    /// <summary>Whether an option stands on the command line, so that its value is not the default.</summary>
    public bool IsGiven(Option option) => parsed.GetResult(option) is { Implicit: false };

    public T? Get<T>(CommandOption<T> option) => parsed.GetValue<T>(option);

    public T Get<T>(Argument<T> argument) => parsed.GetValue(argument)!;
}

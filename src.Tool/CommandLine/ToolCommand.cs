using System.CommandLine;

namespace Netshm.Tool.CommandLine;

/// <summary>A command of the program: its options, its examples, and what it does.</summary>
internal abstract class ToolCommand : Command
{
    /// <param name="name">The command's name.</param>
    /// <param name="description">What it does, in a sentence or two.</param>
    /// <param name="examples">Command lines for the help, without the program's name.</param>
    protected ToolCommand(string name, string description, params string[] examples)
        : base(name, description)
    {
        Examples = examples;

        // On a thread of its own, so that Ctrl-C is noticed while a command waits for a lock.
        SetAction((parsed, cancellation) => Task.Run(() => Run(new Invocation(parsed, cancellation)), CancellationToken.None));
    }

    /// <summary>Command lines that the help shows.</summary>
    public IReadOnlyList<string> Examples { get; }

    /// <summary>Does what the command is for.</summary>
    /// <returns>The exit code.</returns>
    protected abstract int Run(Invocation invocation);
}

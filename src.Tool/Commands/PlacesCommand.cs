using System.CommandLine;

namespace Netshm.Tool.Commands;

/// <summary>A command on directories with tables.</summary>
internal abstract class PlacesCommand : ToolCommand
{
    private readonly Argument<string[]> _directories = new("DIRECTORY")
    {
        Description = "Where to look; without it in /dev/shm and in the user's directory of local: names.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    protected PlacesCommand(string name, string description, params string[] examples)
        : base(name, description, examples) =>
        Arguments.Add(_directories);

    protected IReadOnlyList<string> Directories(Invocation invocation) =>
        UsualPlaces.Directories(invocation.Get(_directories));
}

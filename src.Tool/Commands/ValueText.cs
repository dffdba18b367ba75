using System.CommandLine;

namespace Netshm.Tool.Commands;

/// <summary>The argument with a value, which may come from standard input.</summary>
internal static class ValueText
{
    public static Argument<string> Argument { get; } = new("VALUE")
    {
        Description = "The value, as --value says; words as in 1,2,3 (\"\" for none). '-' reads it from standard input.",
    };

    public static string Read(string argument) =>
        argument == "-" ? Console.In.ReadToEnd().TrimEnd('\n') : argument;
}

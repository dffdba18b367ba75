using System.CommandLine;
using System.Text;

namespace Netshm.Tool.Commands;

/// <summary>The argument with a value, which may come from standard input.</summary>
internal static class ValueText
{
    public static Argument<string> Argument { get; } = new("VALUE")
    {
        Description = "The value, as --value says; words as in 1,2,3 (\"\" for none). '-' reads it from standard input.",
    };

    /// <summary>The value that an argument stands for.</summary>
    /// <exception cref="UsageException">Standard input is not in UTF-8.</exception>
    public static string Read(string argument)
    {
        if (argument != "-")
            return argument;
        try
        {
            return StandardStreams.OpenInput().ReadToEnd().TrimEnd('\n');
        }
        catch (DecoderFallbackException e)
        {
            throw new UsageException($"the value on standard input is not in UTF-8: {e.Message}", e);
        }
    }
}

namespace Netshm.Tool.Tests;

/// <summary>A test that needs a terminal, and so the program <c>script</c>, which makes one.</summary>
public sealed class TerminalFactAttribute : FactAttribute
{
    /// <summary>Skips the test where the program is missing.</summary>
    public TerminalFactAttribute()
    {
        if (!File.Exists("/usr/bin/script"))
            Skip = "needs the program script, of util-linux";
    }
}

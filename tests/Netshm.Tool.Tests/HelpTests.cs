namespace Netshm.Tool.Tests;

/// <summary>What --help prints.</summary>
public sealed class HelpTests
{
    [Fact]
    public void Help_of_each_command_has_an_example_of_it()
    {
        string[] commands = [.. EveryCommand.Names()];
        Assert.Contains("stat", commands);
        foreach (string command in commands)
        {
            string help = ToolRun.Expect(0, command, "--help").Output;
            string examples = help[help.IndexOf("Examples:", StringComparison.Ordinal)..];
            Assert.Contains($"  netshm {command}", examples, StringComparison.Ordinal);
            Assert.Contains("--json", help, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Help_lists_the_exit_codes()
    {
        string help = ToolRun.Expect(0, "--help").Output;
        Assert.Contains("3    the table is damaged", help, StringComparison.Ordinal);
    }
}

using Netshm.TestKit;

namespace Netshm.Tests.TestKit;

/// <summary>The guards of the test kit do bite.</summary>
public class TestKitTests
{
    [Fact]
    public void A_child_that_ends_badly_fails_its_disposal_with_its_code_and_messages()
    {
        ChildProcess child = Shell("echo oops >&2; exit 3");

        var failure = Assert.Throws<ChildProcessException>(child.Dispose);

        Assert.Contains("exit code 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("oops", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_child_that_complains_fails_its_disposal_even_with_exit_code_0()
    {
        ChildProcess child = Shell("echo oops >&2");

        Assert.Throws<ChildProcessException>(child.Dispose);
    }

    [Fact]
    public void A_child_that_hangs_is_killed_and_fails_the_wait()
    {
        using ChildProcess child = Shell("exec sleep 1000", TimeSpan.FromMilliseconds(100));

        var failure = Assert.Throws<ChildProcessException>(child.ReadLine);

        Assert.Contains("was killed", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_child_owes_nothing()
    {
        using ChildProcess child = Shell("exec sleep 1000");

        child.Kill();
    }

    [Fact]
    public void A_table_left_damaged_fails_the_disposal_of_its_temporary_name_and_is_unlinked()
    {
        var temp = new TempTable();
        temp.Open().Dispose();
        OverwriteBindingCount(temp.Name.MemoryPath);

        Assert.Throws<InconsistentTableException>(temp.Dispose);

        Assert.False(File.Exists(temp.Name.MemoryPath));
    }

    [Fact]
    public void A_table_damaged_on_purpose_is_not_checked()
    {
        using var temp = new TempTable();
        temp.Open().Dispose();
        OverwriteBindingCount(temp.Name.MemoryPath);

        temp.IsDamagedOnPurpose();
    }

    private static ChildProcess Shell(string script, TimeSpan? patience = null) =>
        ChildProcess.Start(script, "sh", ["-c", script], patience);

    private static void OverwriteBindingCount(string path)
    {
        const int DescriptorOffset = ShmTableOptions.DefaultPageSize;
        const int BindingCountWord = 4;
        using FileStream file = File.OpenWrite(path);
        file.Position = DescriptorOffset + (BindingCountWord * sizeof(int));
        file.WriteByte(77);
    }
}

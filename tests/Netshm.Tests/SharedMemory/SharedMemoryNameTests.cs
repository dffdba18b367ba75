namespace Netshm.Tests.SharedMemory;

public class SharedMemoryNameTests
{
    [Theory]
    [InlineData("file:/tmp/table", SharedMemoryType.File, "/tmp/table", "/tmp/table")]
    [InlineData("file:/tmp/a:b,c", SharedMemoryType.File, "/tmp/a:b,c", "/tmp/a:b,c")]
    [InlineData("posix:/tmp/companion,/object", SharedMemoryType.Posix, "/tmp/companion", "/dev/shm/object")]
    [InlineData("posix:/tmp/a,b,/object", SharedMemoryType.Posix, "/tmp/a,b", "/dev/shm/object")]
    public void The_text_form_is_read_and_written(string text, SharedMemoryType type, string lockPath, string memoryPath)
    {
        SharedMemoryName name = SharedMemoryName.Parse(text);
        Assert.Equal((type, lockPath, memoryPath), (name.Type, name.LockPath, name.MemoryPath));
        Assert.Equal(text, name.ToString());
        Assert.Equal(name, SharedMemoryName.Parse(text));
    }

    [Fact]
    public void A_local_name_lies_in_the_user_s_own_directory()
    {
        SharedMemoryName name = SharedMemoryName.Parse("local:sessions");
        Assert.Equal(SharedMemoryName.Local("sessions"), name);
        Assert.Matches("^/dev/shm/netshm-[0-9]+/sessions$", name.LockPath);
        Assert.Equal("local:sessions", name.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("/tmp/table")]
    [InlineData("file:")]
    [InlineData("local:../etc/passwd")]
    [InlineData("local:..")]
    [InlineData("posix:/tmp/companion")]
    [InlineData("posix:/tmp/companion,object")]
    [InlineData("posix:/tmp/companion,/a/b")]
    [InlineData("posix:/tmp/companion,/..")]
    [InlineData("http://host/table")]
    public void A_malformed_text_is_an_error_that_shows_it(string text)
    {
        FormatException e = Assert.Throws<FormatException>(() => SharedMemoryName.Parse(text));
        Assert.Contains($"'{text}'", e.Message, StringComparison.Ordinal);
    }
}

using System.Diagnostics;
using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Examples;

/// <summary>Runs the WordCount example and checks it against the standard text tools.</summary>
public sealed class WordCountTests(ITestOutputHelper output) : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("wordcount-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task Four_processes_count_the_default_texts_as_the_standard_tools_do()
    {
        string counts = PathOf("counts");
        ProgramResult result = await WordCountProcess.RunAsync("--processes", "4", "--counts", counts);

        Assert.Equal("", result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("the counts of both are equal", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\x1b', result.Output);
        string[] texts = Directory.GetFiles(WordCountProcess.DefaultTexts, "*.txt", SearchOption.AllDirectories);
        Assert.Equal(await CountWithToolsAsync(texts), await File.ReadAllTextAsync(counts));
    }

    [Fact]
    public async Task Random_bytes_in_tiny_chunks_are_counted_as_the_standard_tools_do()
    {
        var random = new Random(Seed.Take(output).Value);
        string[] files = [WriteRandomBytes("a", random), WriteRandomBytes("b", random), WriteRandomBytes("c", random)];
        string counts = PathOf("counts");

        ProgramResult result = await WordCountProcess.RunAsync(
            ["--processes", "3", "--chunk", "7", "--batch", "3", "--counts", counts, .. files]);

        Assert.Equal("", result.Errors);
        Assert.Equal(0, result.ExitCode);
        Assert.Equal(await CountWithToolsAsync(files), await File.ReadAllTextAsync(counts));
    }

    [Fact]
    public async Task A_count_that_the_text_does_not_explain_is_reported_as_a_difference()
    {
        using WordCountProcess run = WordCountProcess.Start();
        SharedMemoryName name = await run.ReadTableNameAsync();
        using (SharedMemoryObject memory = SharedMemoryObject.Open(name, FileMode.Open))
        using (var table = ShmHashtable<string, int>.Manage(DataManagers.String, DataManagers.Int32, memory))
            table.Add("nosuchword", 7);

        ProgramResult result = await run.EndAsync();

        Assert.True(result.ExitCode == 1, result.Errors);
        Assert.Equal("Words whose counts differ: 1\n  'nosuchword': 7 in the table, none expected\n", result.Errors);
    }

    [Fact]
    public async Task A_missing_file_is_an_error_that_names_it()
    {
        string missing = PathOf("missing");
        ProgramResult result = await WordCountProcess.RunAsync(WordCountProcess.DefaultTexts, missing);
        Assert.Equal(new ProgramResult(2, "", $"WordCount: {missing}: no such file or directory\n"), result);
    }

    [Theory]
    [InlineData("unknown option '--frobnicate'", "--frobnicate")]
    [InlineData("--processes is '0'; expected a number from 1 to 256", "--processes", "0")]
    [InlineData("--batch is 'many'; expected a number from 1 to 1000000", "--batch", "many")]
    [InlineData("--top lacks its value", "--top")]
    public async Task A_wrong_option_is_an_error_that_says_what_was_expected(string message, params string[] arguments)
    {
        ProgramResult result = await WordCountProcess.RunAsync(arguments);
        Assert.StartsWith("WordCount: " + message, result.Errors, StringComparison.Ordinal);
        Assert.Equal(2, result.ExitCode);
        Assert.Equal("", result.Output);
    }

    [Fact]
    public async Task A_killed_worker_is_an_error_and_the_table_is_removed()
    {
        using WordCountProcess run = StartLongRun();
        SharedMemoryName name = await run.ReadTableNameAsync();
        Assert.True(File.Exists(name.MemoryPath));
        IReadOnlyList<int> workers = await run.ReadChildrenAsync(expected: 4);
        Process.GetProcessById(workers[2]).Kill();

        ProgramResult result = await run.EndAsync();

        Assert.Equal(3, result.ExitCode);
        Assert.Matches("^WordCount: worker [1-4] ended with exit code 137 before its work was done", result.Errors);
        AssertNothingIsLeft(name, workers);
    }

    [Fact]
    public async Task An_interrupted_run_ends_its_workers_and_removes_the_table()
    {
        using WordCountProcess run = StartLongRun();
        SharedMemoryName name = await run.ReadTableNameAsync();
        IReadOnlyList<int> workers = await run.ReadChildrenAsync(expected: 4);
        Assert.Equal(0, (await WordCountProcess.RunBashAsync($"kill -INT {run.Id}")).ExitCode);

        ProgramResult result = await run.EndAsync();

        Assert.Equal(130, result.ExitCode);
        Assert.Equal("WordCount: interrupted; the table is removed\n", result.Errors);
        AssertNothingIsLeft(name, workers);
    }

    /// <summary>A run that takes far longer than the tests need to disturb it.</summary>
    private static WordCountProcess StartLongRun() =>
        WordCountProcess.Start(
            ["--processes", "4", "--batch", "1", .. Enumerable.Repeat(WordCountProcess.DefaultTexts, 20)]);

    private static void AssertNothingIsLeft(SharedMemoryName name, IEnumerable<int> workers)
    {
        Assert.False(File.Exists(name.MemoryPath));
        Assert.All(workers, id => Assert.False(Directory.Exists($"/proc/{id}")));
    }

    /// <summary>Counts with the commands that the example's help documents.</summary>
    private static async Task<string> CountWithToolsAsync(string[] files)
    {
        ProgramResult help = await WordCountProcess.RunAsync("--help");
        string pipeline = Assert.Single(
            help.Output.Split('\n'), line => line.Contains("grep", StringComparison.Ordinal));
        ProgramResult tools = await WordCountProcess.RunBashAsync(
            pipeline.Replace("FILES", "\"$@\"", StringComparison.Ordinal), files);
        Assert.Equal("", tools.Errors);
        Assert.Equal(0, tools.ExitCode);
        return tools.Output;
    }

    private string PathOf(string name) => Path.Combine(_directory.FullName, name);

    /// <summary>Writes letters of two words' worth of alphabet, separators and bytes of any kind.</summary>
    private string WriteRandomBytes(string name, Random random)
    {
        const string Letters = "abABzZ";
        byte[] bytes = new byte[random.Next(2_000, 4_000)];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = random.Next(10) switch
            {
                < 7 => (byte)Letters[random.Next(Letters.Length)],
                < 9 => (byte)" \n@[`{"[random.Next(6)],
                _ => (byte)random.Next(256),
            };
        }

        string path = PathOf(string.Create(CultureInfo.InvariantCulture, $"{name} é%.txt"));
        File.WriteAllBytes(path, bytes);
        return path;
    }
}

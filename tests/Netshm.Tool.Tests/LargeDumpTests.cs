using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tool.Tests;

/// <summary>dump and load of many bindings. NETSHM_DUMP_BINDINGS=1000000 is the long form.</summary>
public sealed class LargeDumpTests(ITestOutputHelper output)
{
    private const string Variable = "NETSHM_DUMP_BINDINGS";
    private const int ShortForm = 20_000;

    [Fact]
    public void A_load_of_a_raw_dump_gives_an_equal_table() => DumpAndLoad(
        (table, random, number) =>
        {
            // Empty values, values of several pages, and keys with more than one binding.
            int length = random.Next(20) switch { 0 => 0, 1 => random.Next(50, 300), _ => random.Next(1, 20) };
            int key = random.Next(4) == 0 ? random.Next(-number, number + 1) : number * 7;
            table.Add(key, [.. Enumerable.Range(0, length).Select(_ => random.Next(int.MinValue, int.MaxValue))]);
        });

    [Fact]
    public void A_load_of_a_typed_dump_gives_an_equal_table() => DumpAndLoad(
        (table, random, number) =>
        {
            var typed = new ShmHashtable<string, string>(DataManagers.String, DataManagers.String, table);
            string value = random.Next(10) switch
            {
                0 => "",
                1 => " { \"spread\":\n [1, 2] }",
                2 => $"\"{new string('ä', random.Next(200))}\"",
                _ => $$"""{"name":"user {{number}}","visits":{{random.Next(1000)}},"tags":["a","\u00e4"]}""",
            };
            typed.Add(string.Create(CultureInfo.InvariantCulture, $"key {random.Next(number + 1)} ü"), value);
        },
        "--key", "string", "--value", "json");

    [Theory]
    [InlineData("dump")]
    [InlineData("dump", "--format", "ocaml")]
    [InlineData("ls")]
    public void Who_reads_the_output_slowly_holds_nobody_up(string command, params string[] options)
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open(new ShmTableOptions { LockTimeout = TimeSpan.FromSeconds(10) });
        for (int key = 0; key < ShortForm; key++)
            table.Add(key, [1_000_000 + key]);
        using ChildProcess tool = ToolRun.Start([command, temp.Name.ToString(), .. options]);
        _ = tool.ReadLine();

        // The output is far longer than a pipe takes, and it is of the instant before.
        for (int key = 0; key < ShortForm; key++)
            table.Replace(key, [7]);
        int values = tool.Finish().Count(line => line.Contains("10", StringComparison.Ordinal));
        Assert.InRange(values, ShortForm - 1, ShortForm);
    }

    [TerminalFact]
    public void Progress_is_shown_on_a_terminal()
    {
        using var temp = new TempTable();
        using var copy = new TempTable();
        ShmTable table = temp.Open();
        for (int key = 0; key < ShortForm; key++)
            table.Add(key, [key]);
        string file = temp.Name.MemoryPath + ".jsonl";
        try
        {
            Assert.Matches("writing.*%", ToolRun.OnTerminal("dump", temp.Name.ToString(), "--output", file));
            Assert.Matches("loading.*%", ToolRun.OnTerminal("load", copy.Name.ToString(), file));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private void DumpAndLoad(Action<ShmTable, Random, int> add, params string[] types)
    {
        int bindings = LongForm.Rounds(Variable, ShortForm);
        using var temp = new TempTable();
        using var copy = new TempTable();
        ShmTable table = temp.Open();
        Seed.Take(output).Run(random =>
        {
            for (int number = 0; number < bindings; number++)
                add(table, random, number);
        });
        string file = temp.Name.MemoryPath + ".jsonl";
        try
        {
            ToolRun.Fine(temp, "dump", ["--output", file, .. types]);
            ToolRun.Fine(copy, "load", file);
            output.WriteLine($"{bindings} bindings, {new FileInfo(file).Length} bytes");
        }
        finally
        {
            File.Delete(file);
        }

        AssertEqual(table, copy.Open());
        Assert.Equal(bindings, table.Count);
    }

    /// <summary>Compares all bindings of all keys, those of each key in their order.</summary>
    private static void AssertEqual(ShmTable expected, ShmTable actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        var keys = new HashSet<int>();
        expected.IterateKeys(key => keys.Add(key));
        foreach (int key in keys)
        {
            IReadOnlyList<int[]> all = expected.FindAll(key);
            IReadOnlyList<int[]> loaded = actual.FindAll(key);
            if (all.Count != loaded.Count || all.Zip(loaded).Any(pair => !pair.First.AsSpan().SequenceEqual(pair.Second)))
                Assert.Fail($"key {key}: {all.Count} bindings; {loaded.Count} others after load");
        }
    }
}

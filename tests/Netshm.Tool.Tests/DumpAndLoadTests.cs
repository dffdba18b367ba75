using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>dump and load.</summary>
public sealed class DumpAndLoadTests
{
    [Fact]
    public void A_load_of_a_raw_dump_gives_an_equal_table()
    {
        using var temp = new TempTable(options: new ShmTableOptions { PageSize = 128 });
        ShmTable table = temp.Open();
        var seed = new Random(20260701);
        for (int i = 0; i < 500; i++)
            table.Add(seed.Next(-50, 50), [.. Enumerable.Range(0, seed.Next(0, 60)).Select(_ => seed.Next())]);

        using var copy = new TempTable();
        string dump = ToolRun.Fine(temp, "dump").Output;
        ToolRun.ExpectWithInput(0, dump, "load", copy.Name.ToString());
        using ShmTable loaded = copy.Open();
        Assert.Equal(128, loaded.PageSize);
        Assert.Equal(TableDump.Format(table), TableDump.Format(loaded));
    }

    [Fact]
    public void A_load_of_a_typed_dump_gives_an_equal_table()
    {
        using var temp = new TempTable();
        ShmTable raw = temp.Open();
        var table = new ShmHashtable<string, string>(DataManagers.String, DataManagers.String, raw);
        string[] texts = ["""{"a": 1}""", "[1,\n 2]", " null ", "no JSON", "\"\\u00e4 \\\"\"", "", "{}"];
        foreach (string text in texts)
        {
            table.Add("one", text);
            table.Add(text, text);
        }

        foreach (string type in new[] { "json", "string", "hex" })
        {
            using var copy = new TempTable();
            string file = copy.Name.MemoryPath + ".jsonl";
            ToolRun.Fine(temp, "dump", "--key", type == "hex" ? "hex" : "string", "--value", type, "--output", file);
            try
            {
                ToolRun.Fine(copy, "load", file);
            }
            finally
            {
                File.Delete(file);
            }

            Assert.Equal(TableDump.Format(raw), TableDump.Format(copy.Open()));
        }
    }

    [Fact]
    public void Lines_without_a_header_load_with_the_options_types()
    {
        using var copy = new TempTable();
        ToolRun.ExpectWithInput(
            0,
            "{\"key\":\"apple\",\"value\":3}\n\n{\"value\":4,\"key\":\"apple\"}\n",
            "load", copy.Name.ToString(), "--key", "string", "--value", "int32", "--page-size", "512");
        var table = new ShmHashtable<string, int>(DataManagers.String, DataManagers.Int32, copy.Open());
        Assert.Equal([4, 3], table.FindAll("apple"));
        Assert.Equal(512, table.Table.PageSize);
    }

    [Theory]
    [InlineData(
        "{\"netshm\":1,\"pageSize\":256,\"key\":\"raw\",\"value\":\"words\",\"bindings\":2}\n{\"key\":1,\"value\":[1]}\n",
        "cut off")]
    [InlineData("{\"netshm\":9}\n", "version 9")]
    [InlineData("{\"netshm\":1}\n", "header")]
    [InlineData("{\"key\":1,\"value\":[1]}\nnonsense\n", "line 2")]
    [InlineData("{\"key\":1,\"value\":[1]}\n{\"key\":1}\n", "line 2")]
    [InlineData("{\"key\":1,\"value\":[1]}\n{\"key\":\"x\",\"value\":[]}\n", "binding 2")]
    public void A_load_that_fails_leaves_no_table(string dump, string problem)
    {
        SharedMemoryName name = TempTable.FreshName();
        ToolRun run = ToolRun.ExpectWithInput(2, dump, "load", name.ToString());
        Assert.Contains(problem, run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(name.MemoryPath));
    }

    [Fact]
    public void Json_as_deep_as_it_likes_comes_back()
    {
        string deep = new string('[', 64) + new string(']', 64), deeper = new string('[', 1000) + new string(']', 1000);
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        ToolRun.Fine(temp, "set", "1", deep, "--value", "json");
        ToolRun.Fine(temp, "set", "2", deeper, "--value", "json");
        using var copy = new TempTable();
        ToolRun.ExpectWithInput(
            0, ToolRun.Fine(temp, "dump", "--value", "json").Output, "load", copy.Name.ToString());
        Assert.Equal(TableDump.Format(table), TableDump.Format(copy.Open()));
    }

    [Theory]
    [InlineData("""{"key":1,"text":"\ud800"}""", "json")]
    [InlineData("""{"key":1,"value":"\ud800"}""", "string")]
    public void Half_a_surrogate_pair_is_no_text(string line, string type)
    {
        SharedMemoryName name = TempTable.FreshName();
        ToolRun.ExpectWithInput(2, line, "load", name.ToString(), "--value", type);
        Assert.False(File.Exists(name.MemoryPath));
    }

    [Fact]
    public void Input_that_is_not_in_utf8_is_refused_and_not_changed()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        string file = temp.Name.MemoryPath + ".jsonl";
        File.WriteAllBytes(file, [.. "{\"key\":1,\"value\":\"a"u8, 0xFF, .. "b\"}\n"u8]);
        try
        {
            string name = temp.Name.ToString();
            Assert.Contains(
                "UTF-8", ToolRun.Expect(2, "load", name, file, "--value", "string").Error, StringComparison.Ordinal);
            foreach (string command in new[] { "load $0 --value string", "set $0 1 - --value string" })
                Assert.Contains("UTF-8", ToolRun.ExpectInShell(2, $"netshm {command} < $1", name, file).Error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Another_charset_of_the_locale_changes_nothing()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        ToolRun.ExpectInShell(
            0, "printf 'K\\303\\244se' | LC_ALL=de_DE.ISO-8859-1 netshm set $0 1 - --value string", temp.Name.ToString());
        Assert.Equal("Käse\n", ToolRun.Fine(temp, "get", "1", "--value", "string").Output);
    }

    [Fact]
    public void A_load_into_a_table_with_bindings_must_be_meant()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, [1]);
        const string dump = "{\"key\":1,\"value\":[2]}\n";
        ToolRun.ExpectWithInput(2, dump, "load", temp.Name.ToString());
        Assert.Equal([[1]], table.FindAll(1));
        ToolRun.ExpectWithInput(0, dump, "load", temp.Name.ToString(), "--append");
        Assert.Equal([[2], [1]], table.FindAll(1));
    }

    [Fact]
    public void The_ocaml_format_is_that_of_the_original()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, [10, 11]);
        table.Add(1, []);
        Assert.Equal(
            "<shm length=2\n  1 => [|  |]\n  1 => [| 10; 11 |]\n>\n", ToolRun.Fine(temp, "dump", "--format", "ocaml").Output);
    }
}

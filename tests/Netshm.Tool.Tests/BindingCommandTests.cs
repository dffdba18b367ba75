using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>get, set, add, rm, incr and ls.</summary>
public sealed class BindingCommandTests
{
    [Fact]
    public void Raw_bindings_are_set_added_read_and_removed()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        ToolRun.Fine(temp, "set", "7", "1,2,3");
        ToolRun.Fine(temp, "add", "7", "4 5");
        ToolRun.Fine(temp, "add", "-8", "");
        Assert.Equal([[4, 5], [1, 2, 3]], table.FindAll(7));
        Assert.Equal([[]], table.FindAll(-8));

        Assert.Equal(["[4,5]"], ToolRun.Fine(temp, "get", "7").Lines);
        Assert.Equal(["[4,5]", "[1,2,3]"], ToolRun.Fine(temp, "get", "7", "--all").Lines);
        ToolRun.Fine(temp, "set", "7", "6");
        Assert.Equal(["""{"key":7,"values":[[6],[1,2,3]]}"""], ToolRun.Fine(temp, "get", "7", "--all", "--json").Lines);
        Assert.Equal("""{"removed":1}""", Assert.Single(ToolRun.Fine(temp, "rm", "7", "--json").Lines));
        Assert.Equal([[1, 2, 3]], table.FindAll(7));
        ToolRun.Fine(temp, "rm", "7", "--all");
        Assert.False(table.Contains(7));
    }

    [Theory]
    [InlineData("int32", "-5", "-5")]
    [InlineData("int64", "123456789012", "123456789012")]
    [InlineData("string", "a \"b\"\n€", "a \"b\"\n€")]
    [InlineData("json", """{"a": [1, 2]}""", """{"a": [1, 2]}""")]
    [InlineData("hex", "00FF7f", "00ff7f")]
    [InlineData("words", "[1, -2]", "[1,-2]")]
    public void A_value_of_each_type_comes_back(string type, string written, string read)
    {
        using var temp = new TempTable();
        _ = temp.Open();
        ToolRun.Fine(temp, "set", "apple", written, "--key", "string", "--value", type);
        Assert.Equal(read + "\n", ToolRun.Fine(temp, "get", "apple", "--key", "string", "--value", type).Output);
    }

    [Fact]
    public void Typed_keys_are_those_of_the_library()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        ToolRun.Fine(temp, "set", "äpfel", "3", "--key", "string", "--value", "int32");
        ToolRun.Fine(temp, "set", "5", "text", "--key", "int", "--value", "string");
        ToolRun.Fine(temp, "set", "6", "9", "--key", "ocaml-int", "--value", "int32");
        ToolRun.Fine(temp, "set", "ff00", "8", "--key", "hex", "--value", "int32");

        Assert.Equal(3, new ShmHashtable<string, int>(DataManagers.String, DataManagers.Int32, table).Find("äpfel"));
        Assert.Equal("text", new ShmHashtable<int, string>(DataManagers.Int32, DataManagers.String, table).Find(5));
        Assert.Equal(9, new ShmHashtable<long, int>(DataManagers.OcamlInt, DataManagers.Int32, table).Find(6));
        Assert.Equal(8, new ShmHashtable<byte[], int>(DataManagers.Bytes, DataManagers.Int32, table).Find([0xFF, 0]));
    }

    [Fact]
    public void A_value_may_come_from_standard_input()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        ToolRun.ExpectWithInput(0, "a long text\n", "set", temp.Name.ToString(), "1", "-", "--value", "string");
        string[] read = ToolRun.Fine(temp, "get", "1", "--value", "string").Lines;
        Assert.Equal(["a long text"], read);
        Assert.Equal(11, table.Find(1)[0]);
    }

    [Fact]
    public void Incr_adds_and_begins_at_zero()
    {
        using var temp = new TempTable();
        _ = temp.Open();
        Assert.Equal(["1"], ToolRun.Fine(temp, "incr", "7").Lines);
        Assert.Equal(["-4"], ToolRun.Fine(temp, "incr", "7", "--by", "-5").Lines);
        Assert.Equal(["10"], ToolRun.Fine(temp, "incr", "apple", "--by", "10", "--key", "string").Lines);
        Assert.Equal(
            ["""{"key":"apple","value":11}"""], ToolRun.Fine(temp, "incr", "apple", "--key", "string", "--json").Lines);
        ToolRun.Fine(temp, "set", "7", "2147483647");
        ToolRun.Expect(2, "incr", temp.Name.ToString(), "7");
        Assert.Equal(["[2147483647]"], ToolRun.Fine(temp, "get", "7").Lines);
    }

    [Fact]
    public void Incr_of_several_processes_loses_nothing()
    {
        const int processes = 4;
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        ChildProcess[] running =
        [
            .. Enumerable.Range(0, processes).Select(_ => ToolRun.Start("incr", temp.Name.ToString(), "1")),
        ];
        foreach (ChildProcess process in running)
            process.Dispose();
        Assert.Equal([processes], table.Find(1));
    }

    [Fact]
    public void Ls_lists_newest_bindings_or_all_or_keys()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, [10]);
        table.Add(1, [11]);
        table.Add(2, [20]);
        Assert.Equal(["1 = [11]", "2 = [20]"], ToolRun.Fine(temp, "ls").Lines.Order());
        Assert.Equal(["1 = [11]", "1 = [10]"], ToolRun.Fine(temp, "ls", "--all").Lines.Where(line => line[0] == '1'));
        Assert.Equal(["1", "2"], ToolRun.Fine(temp, "ls", "--keys").Lines.Order());
        Assert.Single(ToolRun.Fine(temp, "ls", "--limit", "1").Lines);
        Assert.Equal(
            ["""{"key":1,"value":11}""", """{"key":2,"value":20}"""],
            ToolRun.Fine(temp, "ls", "--value", "int32", "--json").Lines.Order());
    }

    [Fact]
    public void Ls_tells_typed_keys_with_one_hash_apart()
    {
        using var temp = new TempTable();
        var table = new ShmHashtable<string, int>(new OneHash(), DataManagers.Int32, temp.Open());
        table.Add("a", 1);
        table.Add("b", 2);
        table.Add("a", 3);
        string[] lines = ToolRun.Fine(temp, "ls", "--key", "string", "--value", "int32").Lines;
        Assert.Equal(["\"a\" = 3", "\"b\" = 2"], lines);
    }

    [Fact]
    public void Record_tables_stay_record_tables()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        ToolRun.Fine(temp, "set", "7", "1");
        Assert.Equal([1], table.Find(7));
        Assert.Equal("record", ToolRun.Fine(temp, "stat", "--json").Json.GetProperty("locking").GetString());
    }

    /// <summary>Strings that all have the same hash.</summary>
    private sealed class OneHash : DataManager<string>
    {
        public override int LengthInWords(string value) => DataManagers.String.LengthInWords(value);

        public override void Encode(string value, Span<int> destination) => DataManagers.String.Encode(value, destination);

        public override string Decode(ReadOnlySpan<int> words) => DataManagers.String.Decode(words);

        public override int Hash(string value) => 1;
    }
}

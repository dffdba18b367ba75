using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>The program on tables that programs of the real Ocamlnet have open.</summary>
public sealed class OcamlTests
{
    [OcamlFact]
    public void Raw_tables_of_ocaml_programs_are_read_and_written_while_they_use_them()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using ChildProcess oracle = OcamlProgram.Start("oracle");
        Assert.Equal("ok", oracle.Ask($"open {temp.Name} 256 - record"));
        Assert.Equal("ok", oracle.Ask("add 7 1,2"));
        Assert.Equal("ok", oracle.Ask("add 7 3"));

        Assert.Equal(["[3]", "[1,2]"], ToolRun.Fine(temp, "get", "7", "--all").Lines);
        Assert.Equal(["7 = [3]"], ToolRun.Fine(temp, "ls").Lines);
        Assert.Equal(
            ["{\"key\":7,\"value\":[1,2]}", "{\"key\":7,\"value\":[3]}"], ToolRun.Fine(temp, "dump").Lines[1..]);
        Assert.Contains("consistent", ToolRun.Fine(temp, "check").Output, StringComparison.Ordinal);
        string stat = ToolRun.Fine(temp, "stat").Output;
        Assert.Contains($"{oracle.Id} (only maps it)", stat, StringComparison.Ordinal);
        Assert.Contains("locking      Record", stat, StringComparison.Ordinal);

        ToolRun.Fine(temp, "set", "7", "4,5,6");
        Assert.Equal("4,5,6 1,2", oracle.Ask("find_all 7"));
        Assert.Equal("ok", oracle.Ask("close"));
    }

    [OcamlFact]
    public void Every_command_works_on_the_table_of_an_ocaml_program_that_has_it_open()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using ChildProcess oracle = OcamlProgram.Start("oracle");
        Assert.Equal("ok", oracle.Ask($"open {temp.Name} 256 - record"));
        EveryCommand.Fill((key, value) => Assert.Equal("ok", oracle.Ask($"add {key} {TableDump.Format(value)}")));
        EveryCommand.RunAll(temp, Read);
        Assert.Equal(EveryCommand.ContentsAfterwards, oracle.Ask("iter"));
        Assert.Equal("ok", oracle.Ask("close"));

        // Copies are read by another process of the original.
        static string Read(SharedMemoryName copy)
        {
            using ChildProcess reader = OcamlProgram.Start("oracle");
            Assert.Equal("ok", reader.Ask($"open {copy} 256 - record"));
            string contents = reader.Ask("iter");
            Assert.Equal("ok", reader.Ask("close"));
            return contents;
        }
    }

    [OcamlFact]
    public void Ocaml_programs_read_what_load_made()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ToolRun.ExpectWithInput(
            0, "{\"key\":7,\"value\":[1]}\n{\"key\":7,\"value\":[2,3]}\n", "load", temp.Name.ToString(),
            "--locking", "record");
        using ChildProcess oracle = OcamlProgram.Start("oracle");
        Assert.Equal("ok", oracle.Ask($"open {temp.Name} 256 - record"));
        Assert.Equal("2,3 1", oracle.Ask("find_all 7"));
        Assert.Equal("ok", oracle.Ask("close"));
    }

    [OcamlFact]
    public void Typed_tables_of_ocaml_programs_are_read_with_their_types()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        using ChildProcess oracle =
            OcamlProgram.Start("typed_oracle", "table", "string", "int32", temp.Name.MemoryPath, "256");
        Assert.False(oracle.Ask("add s6170706c65 3").StartsWith('!'));
        Assert.Equal(["3"], ToolRun.Fine(temp, "get", "apple", "--key", "string", "--value", "int32").Lines);
        Assert.Equal(["4"], ToolRun.Fine(temp, "incr", "apple", "--key", "string").Lines);
        Assert.Equal("4", oracle.Ask("find s6170706c65"));
        Assert.Equal(["\"apple\" = 4"], ToolRun.Fine(temp, "ls", "--key", "string", "--value", "int32").Lines);
    }
}

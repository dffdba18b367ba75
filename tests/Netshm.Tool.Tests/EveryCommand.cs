using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>A run of every command that the program has, on a table with known bindings.</summary>
internal static class EveryCommand
{
    private static readonly int[] s_long = [.. Enumerable.Range(1, 200)];

    private static readonly Dictionary<string, Action<Subject>> s_runs = new()
    {
        ["stat"] = subject => Contains("bindings     5", subject.Fine("stat")),
        ["ls"] = subject => Assert.Equal(
            ["{\"key\":7,\"value\":[3]}", "{\"key\":7,\"value\":[1,2]}"],
            subject.Fine("ls", "--all", "--json").Lines.Where(line => line.Contains(":7,", StringComparison.Ordinal))),
        ["get"] = subject => Assert.Equal(["[3]", "[1,2]"], subject.Fine("get", "7", "--all").Lines),
        ["set"] = subject => subject.Fine("set", "9", "5,6"),
        ["add"] = subject => subject.Fine("add", "-10", "6"),
        ["rm"] = subject => subject.Fine("rm", "12"),
        ["incr"] = subject => Assert.Equal(["5"], subject.Fine("incr", "11", "--by", "5").Lines),
        ["check"] = subject => Contains("consistent", subject.Fine("check")),
        ["create"] = subject => subject.Copy("", name => ToolRun.Expect(0, "create", name, "--locking", subject.Locking)),
        ["dump"] = subject => Assert.Equal(1 + ContentsAfterwards.Split(' ').Length, subject.Fine("dump").Lines.Length),
        ["load"] = subject => subject.Copy(
            ContentsAfterwards,
            name => ToolRun.ExpectWithInput(0, subject.Fine("dump").Output, "load", name, "--locking", subject.Locking)),
        ["backup"] = subject => subject.Copy(ContentsAfterwards, name => subject.Fine("backup", name)),
        ["compact"] = subject => subject.Copy(ContentsAfterwards, name => subject.Fine("compact", name)),
        ["repair"] = subject => subject.Copy(ContentsAfterwards, name => subject.Fine("repair", name)),
        ["convert"] = subject => subject.Copy(ContentsAfterwards, name =>
        {
            subject.Fine("backup", name);
            ToolRun.Expect(0, "convert", name, "futex");
            ToolRun.Expect(0, "convert", name, subject.Locking);
        }),
        ["map"] = subject => Contains("further pages of bindings", subject.Fine("map")),
        ["locks"] = subject => subject.Fine("locks"),
        ["list"] = subject => Contains(subject.Table.Name.ToString(), ToolRun.Expect(0, "list", TempTable.Directory)),
        ["prune"] = subject => Assert.DoesNotContain(
            Path.GetFileName(subject.Table.Name.MemoryPath), ToolRun.Expect(0, "prune", TempTable.Directory).Output,
            StringComparison.Ordinal),
        ["bench"] = _ => Contains("find", ToolRun.Expect(0, "bench", "--bindings", "100", "--locking", "record")),
        ["top"] = subject => Contains("bindings 5", subject.Fine("top", "--count", "1", "--interval", "0.05")),
        ["watch"] = subject => Assert.Contains(
            "no change feed", ToolRun.Expect(2, "watch", subject.Table.Name.ToString()).Error, StringComparison.Ordinal),
    };

    /// <summary>What is in the table after all commands were run, as <see cref="TableDump"/> has it.</summary>
    public static string ContentsAfterwards => $"-10=6 7=3 7=1,2 8={string.Join(',', s_long)} 9=5,6 11=5";

    /// <summary>The names of the commands, from the program's help.</summary>
    public static IEnumerable<string> Names()
    {
        string help = ToolRun.Expect(0, "--help").Output;
        int begin = help.IndexOf("Commands:", StringComparison.Ordinal);
        int end = help.IndexOf("Exit codes:", StringComparison.Ordinal);
        return help[begin..end].Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Skip(1)
            .Select(line => line.Trim().Split(' ')[0]);
    }

    /// <summary>Adds the bindings that the runs expect: hidden, long and empty ones.</summary>
    public static void Fill(Action<int, int[]> add)
    {
        add(7, [1, 2]);
        add(7, [3]);
        add(8, s_long);
        add(9, []);
        add(12, [1]);
    }

    /// <summary>Runs the commands: those that look at the filled table, those that change it, the rest.</summary>
    /// <param name="table">The table, which no .NET process has open.</param>
    /// <param name="read">Reads the contents of a copy, as <see cref="TableDump"/> has them.</param>
    public static void RunAll(TempTable table, Func<SharedMemoryName, string> read)
    {
        Assert.Equal(Names().Order(), s_runs.Keys.Order());
        string[] first = ["stat", "ls", "get", "top", "set", "add", "rm", "incr"];
        var subject = new Subject(table, read);
        foreach (string command in first.Concat(s_runs.Keys.Except(first)))
            s_runs[command](subject);
    }

    private static void Contains(string expected, ToolRun run) =>
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);

    /// <summary>What the commands are run on.</summary>
    private sealed record Subject(TempTable Table, Func<SharedMemoryName, string> Read)
    {
        /// <summary>The method that the table carries, as --locking takes it.</summary>
        public string Locking => Table.Options.Locking == LockingMethod.Record ? "record" : "futex";

        public ToolRun Fine(string command, params string[] arguments) => ToolRun.Fine(Table, command, arguments);

        /// <summary>Has a command make another table, and looks into that.</summary>
        public void Copy(string contents, Action<string> make)
        {
            using var copy = new TempTable();
            make(copy.Name.ToString());
            Assert.Equal(contents, Read(copy.Name));
        }
    }
}

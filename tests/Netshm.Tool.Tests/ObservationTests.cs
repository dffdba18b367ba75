using System.Text.Json;
using Netshm.TestKit;

namespace Netshm.Tool.Tests;

/// <summary>map, locks, list and prune.</summary>
public sealed class ObservationTests
{
    [Fact]
    public void Map_tells_what_each_page_holds()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        table.Add(1, new int[29]);
        table.Add(2, new int[100]);
        table.Add(3, [1]);
        Assert.True(table.Remove(3));
        JsonElement map = ToolRun.Fine(temp, "map", "--json").Json;
        var kinds = map.GetProperty("kinds").EnumerateArray().ToDictionary(
            kind => kind.GetProperty("kind").GetString()!,
            kind => (kind.GetProperty("pages").GetInt32(), kind.GetProperty("fill").GetDouble()));
        Assert.Equal((2, 0.75), kinds["binding"]);
        Assert.Equal((1, 42.0 / 60), kinds["furtherBinding"]);
        Assert.Equal(1, kinds["free"].Item1);
        Assert.Equal(table.Check().TotalPages, kinds.Values.Sum(kind => kind.Item1));

        string[] lines = ToolRun.Fine(temp, "map").Lines;
        Assert.Contains(lines, line => line.EndsWith("BBb.", StringComparison.Ordinal));
        Assert.StartsWith("         0  MDHHHH", lines[0], StringComparison.Ordinal);
        Assert.Contains(ToolRun.Fine(temp, "map", "--fill").Lines, line => line.EndsWith("5970", StringComparison.Ordinal));
    }

    [Fact]
    public void Locks_names_who_holds_a_record_lock()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.Record });
        ShmTable table = temp.Open();
        JsonElement[] held = table.Group(() => Locks(temp).GetProperty("recordLocks").EnumerateArray().ToArray());
        Assert.All(held, one => Assert.Equal(Environment.ProcessId, one.GetProperty("processId").GetInt32()));
        Assert.Equal(
            ["write on the whole table", "read on has the table open (Record)"],
            held.Select(one => $"{one.GetProperty("type").GetString()} on {one.GetProperty("what").GetString()}"));
        Assert.Single(Locks(temp).GetProperty("recordLocks").EnumerateArray());
    }

    [Fact]
    public void Locks_names_a_user_without_locking()
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = LockingMethod.None });
        using ShmTable table = temp.Open();
        JsonElement use = Assert.Single(Locks(temp).GetProperty("recordLocks").EnumerateArray());
        Assert.Equal("has the table open (None)", use.GetProperty("what").GetString());
        Assert.Equal(Environment.ProcessId, use.GetProperty("processId").GetInt32());
    }

    [Fact]
    public void Locks_names_who_holds_the_futex_lock()
    {
        using var temp = new TempTable();
        ShmTable table = temp.Open();
        JsonElement sidecar = table.Group(() => Locks(temp).GetProperty("sidecar"));
        Assert.Equal(0, sidecar.GetProperty("ownerSlot").GetInt32());
        Assert.Equal(Environment.ProcessId, sidecar.GetProperty("ownerProcessId").GetInt32());
        Assert.True(sidecar.GetProperty("isModified").GetBoolean());
        Assert.Equal(JsonValueKind.Null, Locks(temp).GetProperty("sidecar").GetProperty("ownerSlot").ValueKind);
        Assert.Contains("futex lock: free", ToolRun.Fine(temp, "locks").Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("removed")]
    [InlineData("replaced")]
    public void Check_stat_and_list_tell_of_a_process_whose_table_was_removed_under_it(string how)
    {
        string directory = Directory.CreateDirectory(TempTable.FreshName().MemoryPath).FullName;
        try
        {
            var name = SharedMemoryName.File(Path.Combine(directory, "table"));
            using ShmTable table = ShmTable.Open(name);
            File.Delete(name.MemoryPath);
            string user = $"{Environment.ProcessId} uses a table that was removed from {name.MemoryPath}";
            if (how == "removed")
            {
                Assert.Contains(user, ToolRun.Expect(1, "check", name.ToString()).Error, StringComparison.Ordinal);
            }
            else
            {
                File.Delete(name.MemoryPath + ".netshm");
                _ = ToolRun.Expect(0, "create", name.ToString());
                Assert.Contains(user, ToolRun.Expect(0, "check", name.ToString()).Output, StringComparison.Ordinal);
                Assert.Contains(user, ToolRun.Expect(0, "stat", name.ToString()).Output, StringComparison.Ordinal);
                JsonElement removed = ToolRun.Expect(0, "check", name.ToString(), "--json").Json.GetProperty("removed");
                Assert.Equal(
                    Environment.ProcessId, Assert.Single(removed.EnumerateArray()).GetProperty("processId").GetInt32());
            }

            Assert.Contains(user, ToolRun.Expect(0, "list", directory).Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void List_finds_tables_and_prune_removes_orphans_only()
    {
        string directory = Directory.CreateTempSubdirectory("netshm-list-").FullName;
        try
        {
            SharedMemoryName kept = SharedMemoryName.File($"{directory}/kept");
            SharedMemoryName lost = SharedMemoryName.File($"{directory}/lost");
            using (ShmTable table = ShmTable.Open(kept))
                table.Add(1, [1]);
            ShmTable.Open(lost).Dispose();
            File.Delete(lost.MemoryPath);
            using ShmTable used = ShmTable.Open(SharedMemoryName.File($"{directory}/used"));
            File.Delete($"{directory}/used");
            File.WriteAllText($"{directory}/other.netshm", "not ours");
            File.WriteAllText($"{directory}/companion", "R POSIX_SHM \"/netshm-no-such-object\"\n");
            File.WriteAllBytes($"{directory}/x.draft-0123456789AB", []);
            File.SetLastWriteTimeUtc($"{directory}/x.draft-0123456789AB", DateTime.UtcNow.AddHours(-1));
            File.WriteAllBytes($"{directory}/x.draft-0123456789AB-pages", []);
            File.SetLastWriteTimeUtc($"{directory}/x.draft-0123456789AB-pages", DateTime.UtcNow.AddHours(-1));
            File.WriteAllBytes($"{directory}/y.draft-0123456789AB", []);

            JsonElement list = ToolRun.Expect(0, "list", directory, "--json").Json;
            JsonElement table1 = Assert.Single(list.GetProperty("tables").EnumerateArray());
            Assert.Equal(kept.ToString(), table1.GetProperty("name").GetString());
            Assert.Equal(1, table1.GetProperty("bindings").GetInt32());
            string[] orphans =
            [
                .. list.GetProperty("orphans").EnumerateArray().Select(one => one.GetProperty("path").GetString()!),
            ];
            Assert.Equal(
                [
                    $"{directory}/companion", $"{directory}/lost.netshm", $"{directory}/x.draft-0123456789AB",
                    $"{directory}/x.draft-0123456789AB-pages",
                ],
                orphans);

            string[] before = Directory.GetFiles(directory);
            ToolRun.Expect(0, "prune", directory);
            Assert.Equal(before.Order(), Directory.GetFiles(directory).Order());
            ToolRun.Expect(0, "prune", directory, "--yes");
            Assert.Equal(before.Except(orphans).Order(), Directory.GetFiles(directory).Order());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void A_sidecar_of_a_replaced_table_is_an_orphan()
    {
        string directory = Directory.CreateTempSubdirectory("netshm-list-").FullName;
        try
        {
            SharedMemoryName name = SharedMemoryName.File($"{directory}/table");
            ShmTable.Open(name).Dispose();
            File.Copy(name.MemoryPath, $"{directory}/copy");
            File.Move($"{directory}/copy", name.MemoryPath, overwrite: true);
            string line = Assert.Single(ToolRun.Expect(0, "prune", directory, "--yes", "--json").Lines);
            Assert.Contains("another table", line, StringComparison.Ordinal);
            Assert.Equal([name.MemoryPath], Directory.GetFiles(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static JsonElement Locks(TempTable temp) => ToolRun.Fine(temp, "locks", "--json").Json;
}

using System.IO.Compression;
using System.Text;
using Netshm.TestKit;

namespace Netshm.Tests.Interop;

/// <summary>Tables that real Ocamlnet wrote (tests/golden/make.sh): the format, tested without OCaml too.</summary>
public class GoldenFileTests
{
    public static TheoryData<int, LockingMethod> Cases { get; } = new()
    {
        { 160, LockingMethod.Record },
        { 256, LockingMethod.Record },
        { 1024, LockingMethod.Record },
        { 160, LockingMethod.None },
        { 256, LockingMethod.None },
        { 1024, LockingMethod.None },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_table_written_by_Ocamlnet_is_read_binding_by_binding(int pageSize, LockingMethod locking)
    {
        TableModel model = ReadModel(pageSize);
        using TempTable temp = CopyOf(pageSize, locking);
        using ShmTable table = temp.Open();

        Assert.Equal(pageSize, table.PageSize);
        Assert.Equal(TableDump.Format(model), TableDump.Format(table));
        Assert.Equal(model.Count, table.Count);
        Assert.All(model.Keys, key => Assert.Equal(model.FindAll(key), table.FindAll(key)));
        Assert.All(model.Keys, key => Assert.Equal(model.Find(key), table.Find(key)));
        Assert.False(table.Contains(200));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_table_written_by_Ocamlnet_can_be_modified_and_grow(int pageSize, LockingMethod locking)
    {
        TableModel model = ReadModel(pageSize);
        using TempTable temp = CopyOf(pageSize, locking);
        using ShmTable table = temp.Open();

        foreach (int key in model.Keys.ToList())
            Modify(table, model, key);
        for (int key = 0; key < 1000; key++)
        {
            model.Add(key, [.. Enumerable.Range(key, key % 50)]);
            table.Add(key, [.. Enumerable.Range(key, key % 50)]);
        }

        Assert.Equal(TableDump.Format(model), TableDump.Format(table));
        Assert.Equal(model.Count, table.Count);
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    private static void Modify(ShmTable table, TableModel model, int key)
    {
        if (key % 2 == 0)
            Assert.Equal(model.Remove(key), table.Remove(key));
        int[] value = [.. Enumerable.Range(0, Math.Abs(key % 300))];
        model.Replace(key, value);
        table.Replace(key, value);
    }

    private static TempTable CopyOf(int pageSize, LockingMethod locking)
    {
        var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        using GZipStream golden = Open(pageSize, "shm");
        using FileStream copy = File.Create(temp.Name.MemoryPath);
        golden.CopyTo(copy);
        return temp;
    }

    private static TableModel ReadModel(int pageSize)
    {
        using var reader = new StreamReader(Open(pageSize, "txt"), Encoding.ASCII);
        return TableDump.ParseModel(reader.ReadToEnd().TrimEnd('\n'));
    }

    private static GZipStream Open(int pageSize, string suffix)
    {
        string path = Path.Combine(AppContext.BaseDirectory, "golden", $"table-{pageSize}.{suffix}.gz");
        return new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
    }
}

using Netshm.TestKit;

namespace Netshm.Tests.Typed;

public sealed class ShmArrayInteropTests
{
    private static readonly ShmTableOptions _options = new() { Locking = LockingMethod.Record };

    [OcamlFact]
    public void Ocamlnet_reads_our_array()
    {
        using var temp = new TempTable(options: _options);
        using var array = ShmArray<string>.Open("none", DataManagers.String, temp.Name, _options, init: 1_000);
        array[0] = "first";
        array[999] = new string('x', 1_000);
        array[500] = "gone";
        array[500] = "none";
        using ChildProcess oracle = Start(temp);

        Assert.Equal("1000", oracle.Ask("length"));
        Assert.Equal(OcamlType.String.Write("first"), oracle.Ask("get 0"));
        Assert.Equal(OcamlType.String.Write("none"), oracle.Ask("get 1"));
        Assert.Equal(OcamlType.String.Write("none"), oracle.Ask("get 500"));
        Assert.Equal(OcamlType.String.Write(new string('x', 1_000)), oracle.Ask("get 999"));
        array.Resize(999);
        Assert.Equal("999", oracle.Ask("length"));
        Assert.StartsWith("! Invalid_argument", oracle.Ask("get 999"), StringComparison.Ordinal);
    }

    [OcamlFact]
    public void We_take_over_the_empty_array_that_Ocamlnet_created()
    {
        using var temp = new TempTable(options: _options);
        using ChildProcess oracle = Start(temp);
        Assert.Equal("0", oracle.Ask("length"));

        using var array = ShmArray<string>.Open("none", DataManagers.String, temp.Name, _options);
        Assert.Equal(0, array.Length);
        array.Resize(10);
        array[9] = "last";

        Assert.Equal("10", oracle.Ask("length"));
        Assert.Equal(OcamlType.String.Write("last"), oracle.Ask("get 9"));
    }

    private static ChildProcess Start(TempTable temp)
    {
        string defaultValue = OcamlType.String.Write("none");
        return OcamlProgram.Start(
            "typed_oracle", "array", "string", defaultValue, temp.Name.MemoryPath, $"{_options.PageSize}");
    }
}

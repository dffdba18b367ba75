using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Typed;

/// <summary>Random scripts on typed tables, compared with a model: by .NET alone, and in turn with Ocamlnet.</summary>
public sealed class TypedScriptTests(ITestOutputHelper output)
{
    /// <summary>Small pages and few of them, so that values span pages and the table grows.</summary>
    private static readonly ShmTableOptions _options = new()
    {
        PageSize = 256,
        Init = 4,
        Locking = LockingMethod.Record,
        LockTimeout = TimeSpan.FromSeconds(20),
    };

    /// <summary>
    /// Ocamlnet can't read a value that begins just where a page ends, so its keys are kept clear of the first
    /// page's end.
    /// </summary>
    private static readonly OcamlType<string> _shortString =
        OcamlType.String.Of(random => OcamlType.RandomText(random, 30));

    private static readonly OcamlType<byte[]> _longBytes = OcamlType.Bytes.Of(
        random => OcamlType.RandomBytes(random, random.Next(5) == 0 ? 2_000 : 20));

    [Fact]
    public void Strings_to_bytes_agree_with_the_model() => RunAlone(OcamlType.String, _longBytes);

    [Fact]
    public void Colliding_keys_agree_with_the_model()
    {
        var manager = new CollidingManager<byte[]>(DataManagers.Bytes);
        RunAlone(OcamlType.Bytes with { Manager = manager }, _longBytes);
    }

    [OcamlFact]
    public void Strings_to_bytes_agree_with_Ocamlnet() => RunWithOcamlnet(_shortString, _longBytes);

    [OcamlFact]
    public void Ints_to_ints_agree_with_Ocamlnet() => RunWithOcamlnet(OcamlType.Int, OcamlType.Int);

    [OcamlFact]
    public void Pairs_to_options_agree_with_Ocamlnet() => RunWithOcamlnet(
        OcamlType.Pair(_shortString, OcamlType.Int), OcamlType.Option(_longBytes));

    [OcamlFact]
    public void Options_to_pairs_agree_with_Ocamlnet() => RunWithOcamlnet(
        OcamlType.Option(OcamlType.Int),
        OcamlType.Pair(OcamlType.Int64, OcamlType.Pair(OcamlType.NativeInt, _longBytes)));

    [OcamlFact]
    public void Int32_to_arrays_agree_with_Ocamlnet() => RunWithOcamlnet(OcamlType.Int32, OcamlType.Words);

    private void RunAlone<TKey, TValue>(OcamlType<TKey> keys, OcamlType<TValue> values)
    {
        using var temp = new TempTable(options: _options);
        using var table = ShmHashtable<TKey, TValue>.Open(keys.Manager, values.Manager, temp.Name, temp.Options);
        Seed.Take(output).Run(random => new TypedScript<TKey, TValue>(keys, values, table, null).Run(random, 2_000));
    }

    private void RunWithOcamlnet<TKey, TValue>(OcamlType<TKey> keys, OcamlType<TValue> values)
    {
        using var temp = new TempTable(options: _options);
        using var table = ShmHashtable<TKey, TValue>.Open(keys.Manager, values.Manager, temp.Name, temp.Options);
        using ChildProcess oracle = OcamlProgram.Start(
            "typed_oracle", "table", keys.Name, values.Name, temp.Name.MemoryPath, $"{_options.PageSize}");
        Seed.Take(output).Run(random => new TypedScript<TKey, TValue>(keys, values, table, oracle).Run(random, 600));
    }
}

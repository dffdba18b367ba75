using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Interop;

/// <summary>
/// Random scripts whose commands are carried out in turns by real Ocamlnet, in a process of its own, and by our
/// library, on one table. Each answer, and in the end the whole table as either side sees it, equals the model's.
/// </summary>
public class AlternatingScriptTests(ITestOutputHelper output)
{
    private const int ScriptCount = 167;

    [OcamlTheory]
    [InlineData(160, SharedMemoryType.File)]
    [InlineData(256, SharedMemoryType.File)]
    [InlineData(1024, SharedMemoryType.File)]
    [InlineData(160, SharedMemoryType.Posix)]
    [InlineData(256, SharedMemoryType.Posix)]
    [InlineData(1024, SharedMemoryType.Posix)]
    public void Ocamlnet_and_this_library_take_turns_on_one_table(int pageSize, SharedMemoryType type)
    {
        Seed seed = Seed.Take(output);
        using ChildProcess ocaml = OcamlProgram.Start("oracle");
        for (int script = 0; script < ScriptCount; script++)
            seed.Run(script, random => new AlternatingScript(ocaml, pageSize, type, random).Run());
    }
}

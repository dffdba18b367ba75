using System.Collections.Concurrent;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Peers;

/// <summary>Compiles the programs of <c>benchmarks/peers</c>, once for a run.</summary>
internal static class NativePrograms
{
    private static readonly TimeSpan s_compilerPatience = TimeSpan.FromMinutes(2);
    private static readonly ConcurrentDictionary<string, Lazy<string>> s_compiled = [];

    /// <summary>Compiles a program in C.</summary>
    /// <param name="name">The name of its file.</param>
    /// <param name="libraries">What it is linked with.</param>
    /// <returns>The path of the executable.</returns>
    public static string C(string name, params string[] libraries) =>
        s_compiled.GetOrAdd(name, _ => new Lazy<string>(() => CompileC(name, libraries))).Value;

    /// <summary>Compiles a program in OCaml against Ocamlnet.</summary>
    /// <returns>The path of the executable.</returns>
    public static string Ocaml(string name) => OcamlProgram.Compile(SourceOf(name + ".ml"));

    private static string CompileC(string name, string[] libraries)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "peers", name + ".out");
        string[] arguments =
            ["-O2", "-march=native", "-o", program, SourceOf(name + ".c"), .. libraries.Select(library => "-l" + library)];
        using ChildProcess compiler = ChildProcess.Start($"cc {name}.c", "cc", arguments, s_compilerPatience);
        _ = compiler.Finish();
        return program;
    }

    private static string SourceOf(string file) => Path.Combine(AppContext.BaseDirectory, "peers", file);
}

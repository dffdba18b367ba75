using System.Security.Cryptography;

namespace Netshm.TestKit;

/// <summary>Compiles OCaml programs against the real Ocamlnet and starts them.</summary>
/// <remarks>
/// A program is compiled once for each content of its source; the result is kept in the directory for temporary
/// files. Several processes may ask for one program at the same time: each compiles in a directory of its own and
/// renames the result to its final name.
/// </remarks>
public static class OcamlProgram
{
    private const string Package = "netshm";
    private static readonly TimeSpan _compilerPatience = TimeSpan.FromMinutes(3);
    private static readonly Lazy<bool> _isAvailable = new(FindCompilerAndPackage);

    /// <summary>Whether the compiler and the package are installed.</summary>
    public static bool IsAvailable => _isAvailable.Value;

    /// <summary>Starts <c>tests/interop/NAME.ml</c>, compiling it if need be.</summary>
    public static ChildProcess Start(string name, params string[] arguments) => Start(null, name, arguments);

    /// <summary>Starts <c>tests/interop/NAME.ml</c> with another limit than the default for each wait.</summary>
    public static ChildProcess Start(TimeSpan? patience, string name, params string[] arguments)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "interop", name + ".ml");
        return ChildProcess.Start($"{name}.ml {string.Join(' ', arguments)}", Compile(source), arguments, patience);
    }

    /// <summary>Compiles a source file unless its present content was compiled before.</summary>
    /// <param name="source">The path of a program in one file.</param>
    /// <returns>The path of the executable.</returns>
    /// <exception cref="ChildProcessException">The compiler rejects the program, or warns.</exception>
    public static string Compile(string source)
    {
        string hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(source)));
        string cache = Path.Combine(Path.GetTempPath(), "netshm-ocaml-" + Environment.UserName);
        string name = Path.GetFileNameWithoutExtension(source);
        string executable = Path.Combine(cache, $"{name}-{hash[..16]}");
        if (!File.Exists(executable))
            CompileInto(executable, source);
        return executable;
    }

    private static void CompileInto(string executable, string source)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(executable)!);
        string workDirectory = Directory.CreateDirectory($"{executable}.{Guid.NewGuid():N}").FullName;
        try
        {
            string copy = Path.Combine(workDirectory, Path.GetFileName(source));
            string result = Path.Combine(workDirectory, "program");
            File.Copy(source, copy);
            string[] arguments = ["ocamlopt", "-package", Package, "-linkpkg", copy, "-o", result];
            Run($"ocamlfind ocamlopt {source}", arguments);
            File.Move(result, executable, overwrite: true);
        }
        finally
        {
            Directory.Delete(workDirectory, recursive: true);
        }
    }

    private static bool FindCompilerAndPackage()
    {
        try
        {
            Run("ocamlfind query", ["query", Package]);
            Run("ocamlfind ocamlopt", ["ocamlopt", "-version"]);
            return true;
        }
        catch (Exception e) when (e is ChildProcessException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static void Run(string description, string[] arguments)
    {
        using ChildProcess compiler = ChildProcess.Start(description, "ocamlfind", arguments, _compilerPatience);
        _ = compiler.Finish();
    }
}

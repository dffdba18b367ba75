using Xunit;

namespace Netshm.TestKit;

/// <summary>Compiles the sources in C of <c>tests/interop</c> to libraries.</summary>
public static class CLibrary
{
    private const string Compiler = "cc";
    private static readonly Lazy<bool> _isAvailable = new(FindCompiler);

    /// <summary>Whether a C compiler is installed.</summary>
    public static bool IsAvailable => _isAvailable.Value;

    /// <summary>Compiles <c>tests/interop/NAME.c</c>.</summary>
    /// <param name="name">The source's name.</param>
    /// <param name="library">The library's path.</param>
    public static void Compile(string name, string library) => Run(
        "-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-Wl,--no-as-needed", "-o", library,
        Path.Combine(AppContext.BaseDirectory, "interop", name + ".c"), "-lc");

    private static bool FindCompiler()
    {
        try
        {
            Run("--version");
            return true;
        }
        catch (Exception e) when (e is ChildProcessException or System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static void Run(params string[] arguments)
    {
        using ChildProcess compiler = ChildProcess.Start("cc", Compiler, arguments);
        _ = compiler.Finish();
    }
}

/// <summary>A test with parameters that needs a C compiler; it is skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CompilerTheoryAttribute : TheoryAttribute
{
    /// <summary>Marks the test.</summary>
    public CompilerTheoryAttribute() => Skip = CLibrary.IsAvailable ? null : "needs a C compiler (Debian: gcc)";
}

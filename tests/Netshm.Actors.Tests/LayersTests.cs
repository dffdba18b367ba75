using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>Whether <see cref="Layers"/> notices what it is there for, in small assemblies.</summary>
public sealed class LayersTests : IDisposable
{
    private const string Base = """
        namespace Example.Base;
        internal class Tool { public const int Size = 1; public static int Count; public class Part; }
        internal sealed class Tools<T> { public static T? First; }
        internal sealed class Broken : System.Exception;
        internal sealed class MarkAttribute : System.Attribute;
        internal enum Kind { One }
        """;

    private const string Usings = "using System; using System.Collections.Generic; using System.Threading.Tasks;";

    private readonly string _directory = Directory.CreateTempSubdirectory("netshm-layers").FullName;
    private readonly AssemblyLoadContext _context = new("layers", isCollectible: true);
    private Assembly? _assembly;

    public static TheoryData<string> Uses => new(
        "class User : Tool;",
        "class User { Tool? _field; }",
        "class User { Tool[] Find() => []; }",
        "class User { List<Tool>? _field; }",
        "class User { void Run<T>() where T : Tool { } }",
        "class User { Tool.Part? _field; }",
        "class User { class Inner { Tool? _field; } }",
        "class User<T> { int Run() => Tool.Count; }",
        "class User { object? Run() => Tools<int>.First; }",
        "class User { void Run() { try { } catch (Broken) { } } }",
        "class User { bool Run(object o) => o is Tool; }",
        "class User { Type Run() => typeof(Tool); }",
        "class User { string Run() => nameof(Tool); }",
        "class User { int Run() => Tool.Size; }",
        "class User { object Run() => Kind.One; }",
        "class User { bool Run(int kind) => kind == (int)Kind.One; }",
        "[Mark] class User;",
        "class User { Func<object> Run(int i) => () => i + Tool.Count; }",
        "class User { async Task Run() { await Task.Yield(); Tool.Count++; } }",
        "class User { IEnumerable<int> Run() { yield return Tool.Count; } }",
        "class User { void Run() { Inner(); void Inner() => Tool.Count++; } }",
        "delegate Tool User();",
        "record struct User(Tool Tool);",
        "interface User { Tool Find(); }");

    public void Dispose()
    {
        _context.Unload();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void A_use_upwards_is_found_and_one_downwards_is_none(string source)
    {
        Write("Base/Tool.cs", Base);
        Write("Top/User.cs", $"{Usings} using Example.Base; namespace Example.Top; {source}");
        Assert.Empty(Check("Base", "Top"));
        string user = source.Contains("User<T>", StringComparison.Ordinal) ? "Example.Top.User`1" : "Example.Top.User";
        Assert.Contains(
            Check("Top", "Base"), found => found.StartsWith(user + " uses Example.Base.", StringComparison.Ordinal));
    }

    [Fact]
    public void A_use_without_a_name_is_found()
    {
        Write("Base/Tool.cs", Base);
        Write("Middle/Tools.cs", """
            namespace Example.Middle;
            static class Tools { public static Base.Tool Make() => new(); }
            """);
        Write("Top/User.cs", """
            namespace Example.Top;
            class User { object Run() => new[] { Middle.Tools.Make() }; }
            """);
        Assert.Equal(["Example.Top.User uses Example.Base.Tool"], Check("Middle", "Top", "Base").Skip(1));
    }

    [Fact]
    public void Public_types_are_in_the_layer_of_their_folder_whatever_their_namespace()
    {
        Write("Base/Tool.cs", "namespace Example; public class Tool;");
        Write("User.cs", "namespace Example; public class User : Tool;");
        Assert.Empty(Check("Base", "."));
        Assert.Equal(["Example.User uses Example.Tool"], Check(".", "Base"));
    }

    [Fact]
    public void A_comment_that_needs_a_using_directive_is_found()
    {
        Write("Base/Tool.cs", Base);
        Write("Top/User.cs", """
            using Example.Base;
            namespace Example.Top;
            /// <summary>Like <see cref="Tool"/>.</summary>
            class User;
            """);
        Assert.Equal(["Top/User.cs uses the namespace Example.Base"], Check("Top", "Base"));
    }

    [Fact]
    public void Types_that_are_in_no_layer_or_in_a_wrong_namespace_are_found()
    {
        Write("Base/Tool.cs", "namespace Example.Base; public partial class Tool;");
        Write("Top/Tool.cs", "namespace Example.Base; public partial class Tool;");
        Write("Top/User.cs", "namespace Example; class User;");
        Write("Other/Rest.cs", "namespace Example.Other; class Rest;");
        Assert.Equal(
            [
                "Example.Base.Tool is in several folders: Base, Top",
                "Example.Other.Rest is in the folder Other, which is no layer",
                "Example.User is in the folder Top, but not in its namespace",
                "the layer Nothing has no types",
            ],
            Check("Base", "Top", "Nothing"));
    }

    private void Write(string path, string source)
    {
        string file = Path.Combine(_directory, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, source);
    }

    private IReadOnlyList<string> Check(params string[] lowestFirst)
    {
        _assembly ??= Compile();
        return new Layers(_assembly, _directory, lowestFirst).Violations();
    }

    private Assembly Compile()
    {
        IEnumerable<SyntaxTree> files =
            from file in Directory.EnumerateFiles(_directory, "*.cs", SearchOption.AllDirectories)
            select CSharpSyntaxTree.ParseText(File.ReadAllText(file));
        var options = new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release);
        string library = Path.Combine(_directory, "Example.dll");
        Assert.True(CSharpCompilation.Create("Example", files, Snippet.References, options).Emit(library).Success);
        return _context.LoadFromAssemblyPath(library);
    }
}

using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Netshm.TestKit;

/// <summary>The source files of an assembly: which folder declares a type, and which types are named where.</summary>
internal sealed class AssemblySource
{
    /// <summary>What the SDK adds to a project with implicit usings.</summary>
    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private readonly string _directory;
    private readonly CSharpCompilation _compilation;

    public AssemblySource(string assembly, string directory)
    {
        _directory = directory;
        IEnumerable<SyntaxTree> files =
            from path in Directory.EnumerateFiles(directory, "*.cs", SearchOption.AllDirectories)
            where Path.GetRelativePath(directory, path).Split('/')[0] is not ("bin" or "obj")
            select CSharpSyntaxTree.ParseText(File.ReadAllText(path), path: path);
        _compilation = CSharpCompilation.Create(
            assembly,
            [.. files, CSharpSyntaxTree.ParseText(ImplicitUsings)],
            Snippet.References.Where(reference => Path.GetFileNameWithoutExtension(reference.Display) != assembly),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true));
    }

    /// <summary>A type that is not nested in another one, once for each folder that declares a part of it.</summary>
    public sealed record Declaration(string Type, string Namespace, bool IsPublic, string Folder);

    /// <summary>All types that are not nested in others.</summary>
    public IEnumerable<Declaration> Declarations => (
        from file in Files
        let model = _compilation.GetSemanticModel(file)
        from node in OutermostTypesIn(file)
        let type = (INamedTypeSymbol)model.GetDeclaredSymbol(node)!
        select new Declaration(
            NameOf(type), type.ContainingNamespace.ToDisplayString(),
            type.DeclaredAccessibility == Accessibility.Public, FolderOf(file))).Distinct();

    /// <summary>
    /// Each type, and each type of the assembly that its code names, or whose members it names. Comments do not count.
    /// </summary>
    public IEnumerable<(string User, string Used)> Names =>
        from file in Files
        let model = _compilation.GetSemanticModel(file)
        from node in OutermostTypesIn(file)
        from name in node.DescendantNodes().OfType<SimpleNameSyntax>()
        let symbol = model.GetSymbolInfo(name).Symbol
        let type = symbol as INamedTypeSymbol ?? symbol?.ContainingType
        where SymbolEqualityComparer.Default.Equals(type?.ContainingAssembly, _compilation.Assembly)
        select (NameOf((INamedTypeSymbol)model.GetDeclaredSymbol(node)!), NameOf(type));

    /// <summary>The namespaces, or types, that each file has using directives for.</summary>
    public IEnumerable<(string Folder, string File, string Namespace)> Usings =>
        from file in Files
        from directive in file.GetRoot().DescendantNodes().OfType<UsingDirectiveSyntax>()
        select (FolderOf(file), Path.GetRelativePath(_directory, file.FilePath), directive.NamespaceOrType.ToString());

    private IEnumerable<SyntaxTree> Files => _compilation.SyntaxTrees.Where(file => file.FilePath.Length > 0);

    private static IEnumerable<MemberDeclarationSyntax> OutermostTypesIn(SyntaxTree file) =>
        file.GetRoot()
            .DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .Where(node => node is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax)
            .Cast<MemberDeclarationSyntax>();

    private static string NameOf(INamedTypeSymbol type)
    {
        INamedTypeSymbol outermost = type;
        while (outermost.ContainingType is { } outer)
            outermost = outer;
        return $"{outermost.ContainingNamespace.ToDisplayString()}.{outermost.MetadataName}";
    }

    private string FolderOf(SyntaxTree file) =>
        Path.GetRelativePath(_directory, Path.GetDirectoryName(file.FilePath)!);
}

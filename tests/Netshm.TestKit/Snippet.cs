using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Netshm.TestKit;

/// <summary>Compiles lines of C# as an application would that refers to what this process has loaded.</summary>
public static class Snippet
{
    private static readonly Lazy<IReadOnlyList<MetadataReference>> _references = new(() =>
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(path => !path.Contains("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(path => MetadataReference.CreateFromFile(path))]);

    /// <summary>The assemblies that this process may load.</summary>
    public static IReadOnlyList<MetadataReference> References => _references.Value;

    /// <summary>The errors of a method's body, as "CS0619: message".</summary>
    /// <param name="parameters">The method's parameters, which the body uses.</param>
    /// <param name="body">The statements.</param>
    public static IReadOnlyList<string> ErrorsOf(string parameters, string body)
    {
        string source = $$"""
            using System;
            using System.Threading.Tasks;
            using Netshm;

            internal static class Application
            {
                public static async Task Run({{parameters}})
                {
                    await Task.Yield();
                    {{body}}
                }
            }
            """;
        var compilation = CSharpCompilation.Create(
            "Application",
            [CSharpSyntaxTree.ParseText(source)],
            References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
        return
        [
            .. from diagnostic in compilation.GetDiagnostics()
               where diagnostic.Severity == DiagnosticSeverity.Error
               select $"{diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}",
        ];
    }
}

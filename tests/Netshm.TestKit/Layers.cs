using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Assembly = System.Reflection.Assembly;

namespace Netshm.TestKit;

/// <summary>The layers of an assembly: folders of its source, of which each uses itself and lower ones only.</summary>
/// <remarks>
/// <para>
/// A type is in the layer whose folder has its file, and has the folder's namespace, unless it is public: users are not to see
/// where a type lies. A nested type counts as its outermost one.
/// </para>
/// <para>
/// The compiled code shows what is used without a name, such as the type that <c>new()</c> stands for. The source shows what
/// the compiled code does not: constants, <c>nameof</c>, and types of which only exceptions are caught. What a comment refers
/// to counts only if it needs a using directive.
/// </para>
/// </remarks>
public sealed class Layers
{
    private readonly Assembly _assembly;
    private readonly AssemblySource _source;
    private readonly IReadOnlyList<string> _lowestFirst;
    private readonly string _rootNamespace;

    /// <summary>Describes the layers.</summary>
    /// <param name="assembly">The assembly, whose name is its root namespace.</param>
    /// <param name="sourceDirectory">The directory of its source.</param>
    /// <param name="lowestFirst">The layers' folders below that directory, which is itself ".".</param>
    public Layers(Assembly assembly, string sourceDirectory, params IReadOnlyList<string> lowestFirst)
    {
        _assembly = assembly;
        _rootNamespace = assembly.GetName().Name!;
        _source = new AssemblySource(_rootNamespace, sourceDirectory);
        _lowestFirst = lowestFirst;
    }

    /// <summary>Everything that is not as the layers want it, a sentence each.</summary>
    public IReadOnlyList<string> Violations()
    {
        AssemblySource.Declaration[] types = [.. _source.Declarations];
        IEnumerable<string> found = [.. UpwardUses(types), .. UpwardUsings(), .. Misplaced(types), .. EmptyLayers(types)];
        return [.. found.Distinct().Order(StringComparer.Ordinal)];
    }

    private IEnumerable<string> UpwardUses(AssemblySource.Declaration[] types)
    {
        ILookup<string, int> levels = types.ToLookup(type => type.Type, type => LevelOf(type.Folder));
        return
            from use in UsesInCode().Concat(_source.Names)
            where use.User != use.Used && levels[use.User].Any(user => levels[use.Used].Any(used => used > user))
            select $"{use.User} uses {use.Used}";
    }

    /// <summary>
    /// Without the loader's cache, which takes assemblies of the same name for the same, and without type parameters, of which
    /// it takes those of the same name for the same.
    /// </summary>
    private IEnumerable<(string User, string Used)> UsesInCode() =>
        from type in new ArchLoader().WithoutArchitectureCache().LoadAssemblies(_assembly).Build().Types
        from dependency in type.Dependencies
        where dependency.Target is not GenericParameter
        select (OutermostOf(type), OutermostOf(dependency.Target));

    /// <summary>The root namespace has public types of all layers, so that its use says nothing.</summary>
    private IEnumerable<string> UpwardUsings() =>
        from directive in _source.Usings
        from folder in _lowestFirst
        where folder != "." && NamespaceOf(folder) == directive.Namespace && LevelOf(folder) > LevelOf(directive.Folder)
        select $"{directive.File} uses the namespace {directive.Namespace}";

    private IEnumerable<string> Misplaced(AssemblySource.Declaration[] types) =>
    [
        .. from type in types
           where LevelOf(type.Folder) < 0
           select $"{type.Type} is in the folder {type.Folder}, which is no layer",
        .. from type in types
           where !type.IsPublic && type.Namespace != NamespaceOf(type.Folder)
           select $"{type.Type} is in the folder {type.Folder}, but not in its namespace",
        .. from parts in types.GroupBy(type => type.Type)
           where parts.Count() > 1
           select $"{parts.Key} is in several folders: {string.Join(", ", parts.Select(part => part.Folder))}",
    ];

    private IEnumerable<string> EmptyLayers(AssemblySource.Declaration[] types) =>
        from folder in _lowestFirst
        where types.All(type => type.Folder != folder)
        select $"the layer {folder} has no types";

    private string NamespaceOf(string folder) =>
        folder == "." ? _rootNamespace : $"{_rootNamespace}.{folder.Replace('/', '.')}";

    private int LevelOf(string folder) => _lowestFirst.ToList().IndexOf(folder);

    private static string OutermostOf(IType type) => type.FullName.Split('+')[0];
}

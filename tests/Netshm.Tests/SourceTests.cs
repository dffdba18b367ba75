using System.Runtime.CompilerServices;

namespace Netshm.Tests;

/// <summary>Rules about the source that a compiler can't check.</summary>
public class SourceTests
{
    [Fact]
    public void Unsafe_code_is_only_where_memory_is_mapped_and_libc_is_called()
    {
        string source = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(ThisFile())!, "../../src"));
        string[] files =
        [
            .. from file in Directory.EnumerateFiles(source, "*.cs", SearchOption.AllDirectories)
               where !file.Contains("/obj/", StringComparison.Ordinal)
               where File.ReadLines(file).Any(line => line.Contains("unsafe ", StringComparison.Ordinal))
               select Path.GetFileName(file),
        ];
        Assert.Equal(
            [
                "AddressRange.cs", "Libc.Calls.cs", "Libc.cs", "MappedBlock.cs", "MappedPages.HugePages.cs", "MappedPages.LookUp.cs",
                "MappedPages.Views.cs", "MappedPages.cs", "NativeText.cs", "SharedLongs.cs", "SharedPlace.cs", "SharedRecords.cs",
            ],
            files.Order(StringComparer.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

using System.Reflection;
using System.Text.RegularExpressions;
using Netshm.TestKit;

namespace Netshm.Tests.SharedMemory;

/// <summary>Text that the C library would read as another one, or that the file system has no room for.</summary>
public class NativeTextTests
{
    private const int MostBytesInName = 255 - 11; // ".netshm.new" comes behind it.
    private const int MostBytesInPath = 4095 - 11;

    /// <summary>With the escapes of a regular expression, since the test runner hands texts on as UTF-8.</summary>
    public static TheoryData<string> TextsWithoutAnEquivalent { get; } =
        [@"bob\x00x", @"\x00", @"bob\x00", @"bob\ud800", @"\udc00bob", @"bob\ud800x"];

    [Theory]
    [MemberData(nameof(TextsWithoutAnEquivalent))]
    public void A_name_with_NUL_or_half_a_character_is_refused_before_anything_is_touched(string escaped)
    {
        string text = Regex.Unescape(escaped);
        string path = Path.Combine(TempTable.Directory, $"netshm-test-{Guid.NewGuid():N}-{text}");
        string[] before = Files();

        Assert.Throws<ArgumentException>(() => SharedMemoryName.File(path));
        Assert.Throws<ArgumentException>(() => SharedMemoryName.Local(text));
        Assert.Throws<ArgumentException>(() => SharedMemoryName.Posix(path, "/object"));
        Assert.Throws<ArgumentException>(() => SharedMemoryName.Posix("/tmp/companion", "/" + text));
        Assert.Throws<FormatException>(() => SharedMemoryName.Parse($"file:{path}"));

        Assert.Equal(before, Files());

        static string[] Files() =>
            [.. Directory.EnumerateFiles(TempTable.Directory, "netshm-test-*bob*").Order(StringComparer.Ordinal)];
    }

    [Theory]
    [MemberData(nameof(TextsWithoutAnEquivalent))]
    public void No_call_of_the_C_library_takes_such_text(string escaped)
    {
        string text = Regex.Unescape(escaped);
        (string Name, Action Call)[] calls =
        [
            ("ChangeMode", () => Libc.ChangeMode(FaultPoint.Elsewhere, "/nowhere/" + text, 0)),
            ("MakeDirectory", () => Libc.MakeDirectory(FaultPoint.Elsewhere, "/nowhere/" + text, 0)),
            ("Open", () => Libc.Open(FaultPoint.Elsewhere, "/nowhere/" + text, Libc.O_RDONLY, 0)),
            ("RenameNew", () => Libc.RenameNew(FaultPoint.Elsewhere, "/nowhere/a", "/nowhere/" + text)),
            ("Stat", () => Libc.Stat(FaultPoint.Elsewhere, "/nowhere/" + text, out _)),
            ("Unlink", () => Libc.Unlink(FaultPoint.Elsewhere, "/nowhere/" + text)),
        ];

        Assert.All(calls, call => Assert.Throws<ArgumentException>(call.Call));
        const BindingFlags all = BindingFlags.Static | BindingFlags.Public; // The declarations are private.
        string[] withText =
        [
            .. from method in typeof(Libc).GetMethods(all)
               where method.GetParameters().Any(parameter => parameter.ParameterType == typeof(string))
               select method.Name,
        ];
        Assert.Equal(calls.Select(call => call.Name), withText.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("ä")]
    [InlineData("\U0001F600")]
    public void The_longest_name_is_one_whose_sidecar_has_a_name_too(string character)
    {
        int bytes = System.Text.Encoding.UTF8.GetByteCount(character);
        string unique = $"netshm-test-{Guid.NewGuid():N}-";
        int characters = (MostBytesInName - unique.Length) / bytes;
        string name = unique + new string('x', MostBytesInName - unique.Length - (characters * bytes))
            + string.Concat(Enumerable.Repeat(character, characters));
        string path = Path.Combine(TempTable.Directory, name);

        PathTooLongException e = Assert.Throws<PathTooLongException>(() => SharedMemoryName.File(path + "x"));
        Assert.Contains($"{MostBytesInName + 1} bytes", e.Message, StringComparison.Ordinal);
        Assert.Contains($"{MostBytesInName}", e.Message, StringComparison.Ordinal);
        Assert.Throws<PathTooLongException>(() => SharedMemoryName.Local(name + "x"));
        Assert.Throws<PathTooLongException>(() => SharedMemoryName.Posix(path, "/" + name + "x"));
        Assert.Throws<PathTooLongException>(() => SharedMemoryName.Posix(path + new string('x', 12), "/object"));
        Assert.Throws<PathTooLongException>(() => SharedMemoryName.Parse($"file:{path}x"));

        SharedMemoryName longest = SharedMemoryName.File(path);
        try
        {
            using ShmTable table = ShmTable.Open(longest, new ShmTableOptions { Locking = LockingMethod.Futex });
            table.Add(1, [2]);
            Assert.Equal([2], table.Find(1));
        }
        finally
        {
            SharedMemoryObject.Unlink(longest);
        }
    }

    [Fact]
    public void The_longest_path_is_one_whose_sidecar_has_a_path_too()
    {
        string path = "/" + string.Join('/', Enumerable.Repeat(new string('d', 200), 30))[..(MostBytesInPath - 1)];

        Assert.Equal(path, SharedMemoryName.File(path).MemoryPath);
        Assert.Throws<PathTooLongException>(() => SharedMemoryName.File(path + "d"));
        Assert.Throws<PathTooLongException>(() => SharedMemoryName.File($"/tmp/{new string('d', 256)}/table"));
    }

    [Fact]
    public void A_name_that_only_this_file_system_finds_too_long_is_told_so()
    {
        Exception e = SystemError.From(36, "open", "/tmp/table");

        Assert.IsType<PathTooLongException>(e);
    }
}

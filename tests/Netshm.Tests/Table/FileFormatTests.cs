using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Netshm.Tests.Table;

/// <summary>docs/FileFormat.md says of each word what the types of the format do.</summary>
public class FileFormatTests
{
    private static readonly string[] s_document =
        File.ReadAllLines(Path.GetFullPath("../../../docs/FileFormat.md", Path.GetDirectoryName(ThisFile())!));

    private delegate void SetInMaster(MasterView master);

    [Fact]
    public void Words_of_the_sidecar_lie_where_the_document_says()
    {
        SortedSet<int> places =
        [
            .. OffsetsOf<SidecarHeader>(0),
            .. OffsetsOf<LockState>(SidecarHeader.LockOffset).Except([SidecarHeader.LockOffset + 3]), // The lock word's last byte.
            SidecarLayout.RehashOffset, SidecarLayout.WaitsOffset, SidecarLayout.SequencesOffset, SidecarLayout.CountersOffset,
            SidecarLayout.FeedOffset,
        ];

        Assert.Equal(places, NumbersIn(Section("## Sidecar")));
    }

    [Fact]
    public void Words_of_the_master_page_lie_where_the_document_says()
    {
        IReadOnlyList<string> rows = Section("## Master page");

        AssertTold(rows, "Ours:** `63726561` while a table is being created", WordSet(master => master.Creation = -1));
        AssertTold(rows, "the table's id", WordSet(master => master.TableId = -1));
        AssertTold(rows, "not 0 while a process of this library modifies", WordSet(master => master.Writing = -1));
        AssertTold(rows, "version and locking method", WordSet(master => master.Locking = -1));
        AssertTold(rows, "the generation", WordSet(master => master.Generation = -1));
        AssertTold(rows, "the stamp of the undo journal", WordSet(master => master.Stamp = -1));
        AssertTold(rows, "the page number of the descriptor", WordSet(master => master.DescriptorPage = -1));
    }

    [Fact]
    public void The_journal_s_header_has_the_words_of_the_document_in_its_order()
    {
        string row = Assert.Single(Section("## Sidecar"), row => row.StartsWith("| J |", StringComparison.Ordinal));
        string[] words = ["state", "number of records", "free head", "free pages", "bindings", "stamp"];
        int[] found = [.. words.Select(word => row.IndexOf(word, StringComparison.Ordinal))];

        Assert.Equal(found.Order(), found);
        Assert.DoesNotContain(-1, found);
        Assert.Equal([0, 4, 8, 12, 16, 20], OffsetsOf<JournalHeader>(0).Distinct().Order());
    }

    [Fact]
    public void Words_of_pages_lie_where_the_document_says()
    {
        IReadOnlyList<string> descriptor = Section("## Descriptor");
        string[] names = ["total pages", "cells (S)", "used cells", "bindings", "free head", "free pages", "rehash phase"];
        int[] words =
        [
            DescriptorView.TotalPagesWord, DescriptorView.CellsWord, DescriptorView.UsedCellsWord, DescriptorView.BindingsWord,
            DescriptorView.FreeHeadWord, DescriptorView.FreePagesWord, DescriptorView.RehashPhaseWord,
        ];
        Assert.All(names.Zip(words), pair => AssertTold(descriptor, $"| {pair.First} |", [pair.Second]));
        AssertTold(descriptor, $"`{DescriptorView.Magic:X}`", [0]);
        AssertTold(descriptor, $"| {DescriptorView.ExtentsWord}+2k, ", "8+2k, 9+2k");

        IReadOnlyList<string> binding = Section("## Binding");
        AssertTold(binding, $"`{ContentView.Magic:X}`", [0]);
        AssertTold(binding, "first page of the next older", [ContentView.OlderBindingWord]);
        AssertTold(binding, "where in the content", [ContentView.ValuePositionWord]);
        AssertTold(binding, "length of the value", [ContentView.ValueLengthWord]);
        AssertTold(binding, $"`{FollowUpView.Magic:X}`", [0]);
        AssertTold(binding, "1 for the second page", [FollowUpView.SequenceWord]);
        Assert.Equal((ContentView.KeyWord, ContentView.NextPageWord), (FollowUpView.KeyWord, FollowUpView.NextPageWord));
        AssertTold(Section("## Free page"), $"`{FreePageView.Magic:x}`", [FreePageView.MagicWord]);
        AssertTold(Section("## Free page"), "next free page", [FreePageView.NextFreeWord]);
    }

    [Fact]
    public void Parts_of_the_sidecar_have_the_words_of_the_document()
    {
        IReadOnlyList<string> rows = Section("## Sidecar");

        Assert.Contains(rows, row => row.Contains(
            $"{WaitEntry.EntryCount} wait entries of {Unsafe.SizeOf<WaitEntry>()} bytes", StringComparison.Ordinal));
        Assert.Equal([0, 4, 8, 16], OffsetsOf<WaitEntry>(0));
        Assert.Equal([0, 8, 64], OffsetsOf<ChangeFeedHeader>(0));
        Assert.Contains(rows, row => row.Contains(
            $"entries of {Unsafe.SizeOf<ChangeFeedEntry>()} bytes", StringComparison.Ordinal));
        Assert.Equal([0, 8], OffsetsOf<ChangeFeedEntry>(0));
        Assert.Equal([0, 8, 16], OffsetsOf<RehashWords>(0));
        Assert.All(Enum.GetValues<ChangeKind>(), kind => Assert.Contains(rows, row => row.Contains(
            $"{(int)kind} {kind.ToString().ToLowerInvariant()}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Each_kind_of_journal_record_is_told()
    {
        string[] rows = [.. s_document.SkipWhile(line => line != "| record | words |").Skip(2).TakeWhile(line => line.StartsWith('|'))];
        int[] told = [.. rows.Select(row => int.Parse(row.Split('|')[2].Split(',')[0], CultureInfo.InvariantCulture))];

        Assert.Equal(Enum.GetValues<JournalRecordKind>().Cast<int>().Order(), told);
    }

    private static void AssertTold(IReadOnlyList<string> rows, string text, int[] words) =>
        AssertTold(rows, text, words.Length == 1 ? $"{words[0]}" : $"{words[0]}-{words[^1]}");

    private static void AssertTold(IReadOnlyList<string> rows, string text, string place)
    {
        string row = Assert.Single(rows, row => row.Contains(text, StringComparison.Ordinal));
        Assert.Equal(place, row.Split('|')[1].Trim());
    }

    /// <summary>Which words of a page are not 0 after one was set.</summary>
    private static int[] WordSet(SetInMaster set)
    {
        int[] words = new int[MasterView.LengthInWords];
        set(new MasterView(words));
        return [.. Enumerable.Range(0, words.Length).Where(word => words[word] != 0)];
    }

    private static IEnumerable<int> OffsetsOf<T>(int first) =>
        from field in typeof(T).GetFields(BindingFlags.Instance | BindingFlags.Public)
        select first + field.GetCustomAttribute<FieldOffsetAttribute>()!.Value;

    private static IEnumerable<int> NumbersIn(IReadOnlyList<string> rows) =>
        from row in rows.TakeWhile(row => !row.StartsWith("| record", StringComparison.Ordinal))
        let cell = row.Split('|')[1].Trim()
        where int.TryParse(cell, out _)
        select int.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>The rows of the tables in a section.</summary>
    private static IReadOnlyList<string> Section(string heading) =>
    [
        .. s_document.SkipWhile(line => !line.StartsWith(heading, StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).Where(line => line.StartsWith('|')),
    ];

    private static string ThisFile([CallerFilePath] string path = "") => path;
}

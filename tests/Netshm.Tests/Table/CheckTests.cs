using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Each kind of damage is found, with page and word, and is a typed error for who meets it.</summary>
public sealed class CheckTests : IDisposable
{
    private const int DescriptorPage = 1;

    private readonly TempTable _temp = new(options: new ShmTableOptions { Init = 5, Locking = LockingMethod.None });
    private readonly ShmTable _table;
    private readonly int _content;

    public CheckTests()
    {
        _table = _temp.Open();
        _table.Add(1, [1]);
        _table.Add(1, [.. Enumerable.Range(0, 100)]);
        _table.Add(2, []);
        _table.Add(3, [3]);
        _table.Remove(3);
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
        _content = 2 + _table.Memory[DescriptorPage, 9];
        _temp.IsDamagedOnPurpose();
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(0, 0, 7)] // magic
    [InlineData(0, 4, 2)] // descriptor page
    [InlineData(1, 2, 16)] // cells
    [InlineData(1, 3, 1)] // used cells
    [InlineData(1, 4, 4)] // bindings
    [InlineData(1, 6, 5)] // free pages
    [InlineData(1, 7, 3)] // interrupted rehash
    [InlineData(1, 10, 5)] // half an extent
    public void Damage_in_the_first_pages_is_reported_where_it_is(int page, int word, int value)
    {
        _table.Memory[page, word] = value;
        Assert.Contains(_table.Check().Violations, violation => violation.Page == page && violation.Word == word);
    }

    [Theory]
    [InlineData(0, 0, 0)] // magic of the first binding
    [InlineData(0, 1, 9)] // its key
    [InlineData(0, 3, 999)] // its older binding
    [InlineData(0, 4, 58)] // where its value begins
    [InlineData(0, 5, -1)] // its value's length
    [InlineData(0, 5, int.MaxValue)]
    [InlineData(1, 2, 0)] // the second binding's next page
    [InlineData(1, 2, -5)]
    [InlineData(2, 0, 1)] // the second page's magic
    [InlineData(2, 1, 7)] // its key
    [InlineData(2, 3, 2)] // its sequence number
    public void Damage_in_a_binding_is_reported_and_is_an_error_for_its_reader(int pageOffset, int word, int value)
    {
        _table.Memory[_content + pageOffset, word] = value;
        Assert.Contains(_table.Check().Violations,
            violation => violation.Page == _content + pageOffset && violation.Word == word);
        CorruptFileException e = Assert.Throws<CorruptFileException>(() => _table.FindAll(1));
        Assert.Equal((_content + pageOffset, word), (e.Page, e.Word));
        Assert.Contains(_temp.Name.ToString(), e.Message, StringComparison.Ordinal);
        Assert.Empty(_table.Find(2));
    }

    [Fact]
    public void A_page_that_belongs_to_nothing_is_reported()
    {
        int leaked = _table.Memory[DescriptorPage, 5];
        _table.Memory[DescriptorPage, 5] = 0;
        _table.Memory[DescriptorPage, 6] = 0;
        Assert.Contains(_table.Check().Violations, violation => violation.Page == leaked && violation.Word is null);
    }

    [Fact]
    public void A_circle_in_the_bindings_of_a_key_is_reported_and_ends_every_walk()
    {
        _table.Memory[_content, 3] = _content + 1;
        Assert.Contains(_table.Check().Violations, violation => violation.Page == _content + 1);
        Assert.Throws<CorruptFileException>(() => _table.FindAll(1));
        Assert.Throws<CorruptFileException>(() => _table.Iterate((_, _) => { }));
        Assert.Throws<CorruptFileException>(() => _table.ReadBlocks(1, (_, _) => BlockControl.Continue));
        Assert.Equal(100, _table.Find(1).Length);
    }

    [Fact]
    public void A_circle_in_the_free_list_is_reported_and_no_page_is_given_out_twice()
    {
        int free = _table.Memory[DescriptorPage, 5];
        _table.Memory[free, 1] = free;
        _table.Memory[DescriptorPage, 6] = 10;
        Assert.Contains(_table.Check().Violations, violation => violation.Page == free);
        Assert.Throws<CorruptFileException>(() => _table.Add(5, new int[500]));
        Assert.Equal(100, _table.Find(1).Length);
    }

    [Fact]
    public void A_hash_table_without_a_free_cell_ends_the_search_with_an_error()
    {
        int cells = _table.Memory[DescriptorPage, 2];
        for (int cell = 0; cell < cells; cell++)
        {
            _table.Memory[2, 4 + (4 * cell)] = 100 + cell;
            _table.Memory[2, 5 + (4 * cell)] = -1;
        }

        Assert.Throws<CorruptFileException>(() => _table.Find(1));
        Assert.Throws<CorruptFileException>(() => _table.Contains(12345));
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1 << 24)]
    [InlineData(0)]
    [InlineData(-1)]
    public void Hostile_totals_are_an_error_and_never_make_the_file_grow(int totalPages)
    {
        long length = new FileInfo(_temp.Name.LockPath).Length;
        _table.Memory[DescriptorPage, 1] = totalPages;
        Assert.Throws<CorruptFileException>(() => _table.Find(1));
        Assert.NotEmpty(_table.Check().Violations);
        _table.Dispose();
        Assert.ThrowsAny<NetshmException>(() =>
        {
            using ShmTable again = _temp.Open(new ShmTableOptions { PageSize = 256, Locking = LockingMethod.None });
            return again.Find(1);
        });
        Assert.Equal(length, new FileInfo(_temp.Name.LockPath).Length);
    }

    [Fact]
    public void The_report_lists_what_it_counted_and_each_violation()
    {
        _table.Memory[DescriptorPage, 4] = 77;
        TableReport report = _table.Check();
        Assert.False(report.IsConsistent);
        Assert.Equal((3, 2), (report.Bindings, report.Keys));
        Assert.Contains("3 bindings of 2 keys", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("page 1, word 4: 77 bindings are counted; there are 3", report.ToString(),
            StringComparison.Ordinal);
    }
}

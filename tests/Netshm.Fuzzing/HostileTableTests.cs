using System.Runtime.InteropServices;
using Netshm.Fuzzing.Runs;
using Netshm.Fuzzing.Tables;
using Xunit.Abstractions;

namespace Netshm.Fuzzing;

/// <summary>
/// Damage that is made on purpose, in tables large enough for work that grows faster than the file to be felt.
/// </summary>
public class HostileTableTests(ITestOutputHelper output)
{
    private const int PageSize = 64, Key = 5, Chained = 6000, Others = 3000;
    private const int OlderBindingWord = 3, ValueLengthWord = 5;

    private static readonly Lazy<SeedTable> s_seed = new(MakeSeed);

    [Fact]
    public void Cells_that_share_one_long_chain_are_found_out() =>
        Use(static (words, anatomy) =>
        {
            int pointer = CellOf(words, anatomy, Key);
            foreach (int other in anatomy.WordsOf(WordKind.CellPointer))
                (words[other - 1], words[other]) = (Key, words[pointer]);
        });

    [Fact]
    public void A_long_chain_that_runs_in_a_circle_is_found_out() =>
        Use(static (words, anatomy) =>
        {
            int newest = words[CellOf(words, anatomy, Key)];
            int oldest = newest;
            while (words[OlderBindingOf(anatomy, oldest)] != 0)
                oldest = words[OlderBindingOf(anatomy, oldest)];
            words[OlderBindingOf(anatomy, oldest)] = newest;
        });

    [Fact]
    public void A_hash_table_without_a_free_cell_is_found_out() =>
        Use(static (words, anatomy) =>
        {
            foreach (int pointer in anatomy.WordsOf(WordKind.CellPointer).Where(pointer => words[pointer] == 0))
                (words[pointer - 1], words[pointer]) = (Key + pointer, -1);
        });

    [Fact]
    public void Cells_that_all_lead_nowhere_are_found_out() =>
        Use(static (words, anatomy) =>
        {
            foreach (int pointer in anatomy.WordsOf(WordKind.CellPointer))
                words[pointer] = int.MaxValue;
        });

    [Fact]
    public void Values_that_claim_to_fill_the_file_are_found_out() =>
        Use(static (words, anatomy) =>
        {
            foreach (int page in anatomy.PagesOf(Tables.PageKind.First))
            {
                int length = (page * anatomy.WordsPerPage) + ValueLengthWord;
                words[length] = words[length - 3] == 0 ? words[length] : words.Length;
            }
        });

    [Fact]
    public void Extents_that_all_lie_over_each_other_are_found_out() =>
        Use(static (words, anatomy) =>
        {
            int first = anatomy.WordsOf(WordKind.ExtentPage)[0];
            int last = anatomy.WordsOf(WordKind.ExtentPage)[^1];
            int cells = words[first + 1] * 3;
            for (int word = first + 2; word < anatomy.WordsPerPage + 40; word += 2)
            {
                (words[word], words[word + 1]) = (words[last], words[last + 1]);
                cells += words[word + 1] * 3;
            }

            words[anatomy.WordsOf(WordKind.Cells)[0]] = cells;
        });

    private static int CellOf(int[] words, TableAnatomy anatomy, int key) => anatomy.WordsOf(WordKind.CellPointer)
        .First(pointer => words[pointer - 1] == key && words[pointer] > 0);

    private static int OlderBindingOf(TableAnatomy anatomy, int page) => (page * anatomy.WordsPerPage) + OlderBindingWord;

    private static SeedTable MakeSeed()
    {
        using var temp = new TempTable(
            options: new ShmTableOptions { PageSize = PageSize, Init = 1000, Locking = LockingMethod.None });
        using (ShmTable table = temp.Open())
        {
            for (int i = 0; i < Chained; i++)
                table.Add(Key, [i, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
            for (int i = 0; i < Others; i++)
                table.Add(100 + i, [i]);
            table.Add(Key + 1, [.. Enumerable.Range(0, 5000)]);
        }

        return new SeedTable("large", File.ReadAllBytes(temp.Name.MemoryPath), PageSize, [Key]);
    }

    /// <summary>Damages the large table and uses it in every way.</summary>
    private void Use(Action<int[], TableAnatomy> damage)
    {
        SeedTable seed = s_seed.Value;
        int[] words = [.. seed.Words];
        damage(words, seed.Anatomy);
        using var temp = new TempTable();
        temp.IsDamagedOnPurpose();
        foreach (LockingMethod locking in (LockingMethod[])[LockingMethod.None, LockingMethod.Record, LockingMethod.Futex])
        {
            (words[PageSize / sizeof(int)], words[LockingMarks.Word]) = LockingMarks.Of(locking);
            File.WriteAllBytes(temp.Name.MemoryPath, MemoryMarshal.AsBytes<int>(words));
            Use(temp, new ShmTableOptions { PageSize = PageSize, Locking = locking }, words.Length * sizeof(int));
        }
    }

    private void Use(TempTable temp, ShmTableOptions options, int lengthInBytes)
    {
        int[] keys = [Key, Key + 1, 100, 101, 777777];
        var guard = new OperationGuard();
        guard.Begin(0, "", lengthInBytes);
        var sink = new WordSink();
        sink.Reserve(lengthInBytes);
        using ShmTable? table = guard.Open("opening", () => ShmTable.Open(temp.Name, options));
        if (table is not null)
        {
            TableModel? model = new ReadScript(guard, table, keys, sink).Run();
            Assert.Null(model);
            new WriteScript(guard, table, keys, new Random(1), model).Run();
            guard.Run("closing", table.Dispose);
        }

        output.WriteLine($"{options.Locking}: {guard.Figures}");
        Assert.True(guard.Figures.TypedErrors > 0, "the damage does no damage");
        Assert.InRange(new FileInfo(temp.Name.MemoryPath).Length, 0, 4L * lengthInBytes);
    }
}

using Netshm.TestKit;
using Netshm.Tests.Table;
using Xunit.Abstractions;

namespace Netshm.Tests.Promises;

/// <summary>Transactions happen as a whole or not at all, whatever is thrown out of them.</summary>
public class TransactionTests(ITestOutputHelper output)
{
    private static readonly ShmTableOptions s_futex = new() { Locking = LockingMethod.Futex, Init = 1 };

    [Theory]
    [InlineData(64)]
    [InlineData(256)]
    public void A_transaction_that_throws_leaves_the_table_as_it_was(int pageSize)
    {
        const int CheckEvery = 100;
        int transactions = LongForm.Rounds("NETSHM_TRANSACTIONS", shortForm: 300);
        int takenBack = 0;
        Seed.Take(output).Run(pageSize, random =>
        {
            using var temp = new TempTable(options: s_futex with { PageSize = pageSize });
            var script = new ModelScript(temp.Open(), random);
            for (int i = 1; i <= transactions; i++)
            {
                takenBack += script.Transact() ? 1 : 0;
                if (i % CheckEvery == 0)
                    script.CheckWhole();
            }
        });
        output.WriteLine($"{transactions} transactions, {takenBack} of them taken back");
    }

    [Fact]
    public void Keys_whose_cells_and_pages_were_given_to_others_come_back()
    {
        using var temp = new TempTable(options: s_futex);
        using ShmTable table = temp.Open();
        for (int removed = 0; removed < 5; removed++)
            table.Add(removed, [removed]);
        Assert.Throws<NotSupportedException>(() => table.Transact(void () =>
        {
            for (int removed = 0; removed < 5; removed++)
                Assert.True(table.Remove(removed));
            for (int added = 100; added < 150; added++)
                table.Add(added, [added]);
            throw new NotSupportedException();
        }));

        Assert.Equal(5, table.Count);
        for (int key = 0; key < 5; key++)
            Assert.Equal([key], table.Find(key));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Fact]
    public void A_transaction_that_is_too_large_leaves_the_table_as_it_was()
    {
        const int Limit = 1_000_000;
        using var temp = new TempTable(options: s_futex);
        using ShmTable table = temp.Open();
        for (int key = 0; key < 100; key++)
            table.Add(key, [key]);
        int done = 0;
        Assert.Throws<TransactionTooLargeException>(() => table.Transact(() =>
        {
            for (done = 0; done < Limit; done++)
                table.Replace(done, [-done]);
        }));

        output.WriteLine($"{done} one-word modifications fit into one transaction");
        Assert.InRange(done, 1000, Limit);
        Assert.Equal(100, table.Count);
        for (int key = 0; key < 100; key++)
            Assert.Equal([key], table.Find(key));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }

    [Fact]
    public void A_value_too_large_for_the_journal_is_refused_in_a_transaction_and_taken_outside()
    {
        const int TooManyWords = 5_000_000;
        using var temp = new TempTable(options: s_futex);
        using ShmTable table = temp.Open();
        table.Add(1, [1]);
        int[] large = [.. Enumerable.Range(0, TooManyWords)];
        Assert.Throws<TransactionTooLargeException>(() => table.Transact(() =>
        {
            table.Replace(1, [2]);
            table.Add(2, large);
        }));
        Assert.Equal([1], table.Find(1));
        Assert.False(table.Contains(2));

        table.Add(2, large);
        table.Replace(2, [2]);
        Assert.Equal([2], table.Find(2));
        Assert.True(table.Check().IsConsistent, table.Check().ToString());
    }
}

using Netshm.TestKit;

namespace Netshm.Tests.Table;

/// <summary>Transactions: everything or nothing.</summary>
public class TransactTests : IDisposable
{
    private readonly TempTable _temp = new(options: new ShmTableOptions { Init = 10, Locking = LockingMethod.Futex });
    private readonly ShmTable _table;

    public TransactTests() => _table = _temp.Open();

    /// <summary>Closes, checks and unlinks the table.</summary>
    public void Dispose()
    {
        _temp.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_transaction_that_throws_leaves_everything_as_before()
    {
        _table.Add(1, [1]);
        _table.Add(1, [2]);
        _table.Add(2, new int[200]);

        Assert.Throws<TimeZoneNotFoundException>(() => _table.Transact(void () =>
        {
            _table.Replace(1, [3]);
            Assert.True(_table.Remove(1));
            Assert.True(_table.Remove(2));
            _table.Replace(2, [5]);
            throw new TimeZoneNotFoundException();
        }));

        Assert.Equal([[2], [1]], _table.FindAll(1));
        Assert.Equal(new int[200], _table.Find(2));
        Assert.Equal(3, _table.Count);
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
    }

    [Fact]
    public void A_transaction_that_grows_the_hash_table_is_taken_back_all_the_same()
    {
        for (int key = 0; key < 8; key++)
            _table.Add(key, [key]);
        Assert.Throws<TimeZoneNotFoundException>(() => _table.Transact(void () =>
        {
            for (int key = 0; key < 500; key++)
                _table.Replace(key, [key, key]);
            throw new TimeZoneNotFoundException();
        }));
        Assert.Equal(8, _table.Count);
        for (int key = 0; key < 500; key++)
            Assert.Equal(key < 8 ? [[key]] : [], _table.FindAll(key));
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
    }

    [Fact]
    public void Transactions_alone_with_ever_new_keys_do_not_let_the_table_grow()
    {
        const int Alive = 50;
        long early = 0;
        for (int key = 0; key < 20_000; key++)
        {
            _table.Transact(() =>
            {
                _table.Add(key, [key]);
                _table.Remove(key - Alive);
            });
            if (key == 1000)
                early = _table.GetStatistics().TotalPages;
        }

        Assert.Equal(Alive, _table.Count);
        Assert.InRange(_table.GetStatistics().TotalPages, 1, 2 * early);
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
    }

    [Fact]
    public void An_inner_transaction_is_taken_back_alone()
    {
        _table.Transact(() =>
        {
            _table.Add(1, [1]);
            Assert.Throws<TimeZoneNotFoundException>(() => _table.Transact(void () =>
            {
                _table.Add(1, [2]);
                _table.Add(2, new int[300]);
                throw new TimeZoneNotFoundException();
            }));
            _table.Add(3, [3]);
        });
        Assert.Equal([[1]], _table.FindAll(1));
        Assert.False(_table.Contains(2));
        Assert.Equal([3], _table.Find(3));
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
    }

    [Fact]
    public void What_an_inner_transaction_did_goes_with_the_outer_one()
    {
        Assert.Throws<TimeZoneNotFoundException>(() => _table.Group(() => _table.Transact(void () =>
        {
            _table.Transact(() => _table.Add(1, [1]));
            Assert.Throws<TimeZoneNotFoundException>(() => _table.Transact(void () =>
            {
                _table.Add(2, new int[300]);
                throw new TimeZoneNotFoundException();
            }));
            throw new TimeZoneNotFoundException();
        })));
        Assert.Equal(0, _table.Count);
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
    }

    [Fact]
    public void Edited_blocks_are_taken_back()
    {
        int[] value = [.. Enumerable.Range(0, 150)];
        _table.Add(1, value);
        Assert.Throws<TimeZoneNotFoundException>(() => _table.Transact(void () =>
        {
            _table.WriteBlocks(1, WriteOperations.None, (fragment, _) =>
            {
                fragment.Clear();
                return BlockDecision.Continue;
            });
            Assert.Equal(new int[150], _table.Find(1));
            throw new TimeZoneNotFoundException();
        }));
        Assert.Equal(value, _table.Find(1));
    }

    [Fact]
    public void A_transaction_that_is_too_large_is_taken_back()
    {
        _table.Add(1, [1]);
        Assert.Throws<TransactionTooLargeException>(() => _table.Transact(void () =>
        {
            for (int key = 0; ; key++)
                _table.Replace(key % 10, new int[5000]);
        }));
        Assert.Equal([1], _table.Find(1));
        Assert.Equal(1, _table.Count);
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
    }

    [Fact]
    public void A_value_larger_than_the_journal_can_be_written_outside_of_transactions()
    {
        int[] huge = new int[3_000_000];
        huge[^1] = 1;
        _table.Add(1, huge);
        _table.Replace(1, huge);
        Assert.Equal(huge, _table.Find(1));
        Assert.Throws<TransactionTooLargeException>(() => _table.Transact(void () => _table.Replace(1, huge)));
        Assert.True(_table.Remove(1));
        Assert.True(_table.Check().IsConsistent, _table.Check().ToString());
    }

    [Theory]
    [InlineData(LockingMethod.None)]
    [InlineData(LockingMethod.Record)]
    public void Without_a_journal_there_are_no_transactions(LockingMethod locking)
    {
        using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
        ShmTable table = temp.Open();
        Assert.Throws<InvalidTableOperationException>(() => table.Transact(() => table.Add(1, [1])));
        Assert.Equal(0, table.Count);
    }

    [Fact]
    public void Others_see_nothing_of_a_transaction_before_its_end()
    {
        _table.Add(1, [1]);
        using var read = new ManualResetEventSlim();
        int[]? seen = null;
        var reader = new Thread(() =>
        {
            read.Set();
            seen = _table.Find(1);
        });
        _table.Transact(() =>
        {
            _table.Replace(1, [2]);
            reader.Start();
            read.Wait();
            _table.Replace(1, [3]);
        });
        reader.Join();
        Assert.Equal([3], seen!);
    }
}

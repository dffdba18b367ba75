using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Table;

/// <summary>Tables with futex locking are laid out anew a few cells at a time, beside everything else.</summary>
public class GradualRehashTests(ITestOutputHelper output)
{
    private const int PhaseWord = 7;

    public static TheoryData<int> Phases => [1, 2, 3];

    [Fact]
    public void No_write_of_a_growing_table_moves_more_than_a_few_cells()
    {
        using var temp = new TempTable(options: Options(init: 100));
        ShmTable table = temp.Open();
        var steps = new Dictionary<int, int>();
        (int phase, int next) = Progress(table);
        for (int i = 0; i < 20_000; i++)
        {
            table.Add(Key(i), [i]);
            (int phaseNow, int nextNow) = Progress(table);
            if (phaseNow == phase)
                Assert.InRange(nextNow - next, 0, 64);
            else
                Assert.True(phaseNow == (phase + 1) % 4, $"phase {phaseNow} came after {phase}");
            steps[phaseNow] = steps.GetValueOrDefault(phaseNow) + 1;
            (phase, next) = (phaseNow, nextNow);
            if (i % 1009 == 0)
                AssertConsistent(table);
        }

        output.WriteLine(string.Join(", ", steps.OrderBy(pair => pair.Key).Select(pair => $"phase {pair.Key}: {pair.Value} writes")));
        Assert.All(Enumerable.Range(0, 4), phaseNumber => Assert.True(steps.ContainsKey(phaseNumber)));
        AssertHolds(table, 20_000);
    }

    [Theory]
    [MemberData(nameof(Phases))]
    public void Everything_that_is_done_in_the_middle_of_a_rehash_comes_through_it(int phase)
    {
        Seed.Take(output).Run(random =>
        {
            using var temp = new TempTable(options: Options(init: 100));
            ShmTable table = temp.Open();
            var model = new Dictionary<int, Stack<int>>();
            int keys = FillUntil(table, phase);
            for (int i = 0; i < keys; i++)
                model[Key(i)] = new Stack<int>([i]);
            for (int i = 0; i < 3000; i++)
            {
                Modify(table, model, random, keys + 50);
                if (i % 101 == 0)
                    AssertConsistent(table);
            }

            foreach ((int key, Stack<int> values) in model)
                Assert.Equal(values, table.FindAll(key).Select(value => value[0]));
            Assert.Equal(model.Values.Sum(values => values.Count), table.Count);
            AssertConsistent(table);
        });
    }

    [Theory]
    [MemberData(nameof(Phases))]
    public void The_last_process_to_leave_finishes_a_rehash(int phase)
    {
        using var temp = new TempTable(options: Options(init: 1000));
        int keys;
        using (ShmTable table = temp.Open())
            keys = FillUntil(table, phase);
        byte[] left = File.ReadAllBytes(temp.Name.MemoryPath);
        Assert.Equal(0, BitConverter.ToInt32(left, temp.Options.PageSize + (sizeof(int) * PhaseWord)));
        ShmTable later = temp.Open(temp.Options with { Init = null });
        Assert.Null(later.LastRecovery);
        AssertHolds(later, keys);
        AssertConsistent(later);
    }

    [Theory]
    [MemberData(nameof(Phases))]
    public void A_rehash_of_which_the_progress_is_lost_is_begun_again(int phase)
    {
        using var temp = new TempTable(options: Options(init: 1000));
        ShmTable table = temp.Open();
        int keys = FillUntil(table, phase);
        using (FileStream sidecar = File.OpenWrite(temp.Name.SidecarPath))
        {
            sidecar.Position = 128; // docs/FileFormat.md, "Sidecar".
            sidecar.Write(new byte[24]);
        }

        table.Add(Key(keys), [keys]);
        Assert.Equal(0, table.Memory[1, PhaseWord]);
        AssertHolds(table, keys + 1);
        AssertConsistent(table);
    }

    [Fact]
    public void Readers_without_a_lock_find_every_key_while_the_table_grows()
    {
        const int keys = 60_000;
        using var temp = new TempTable(options: Options(init: 100));
        ShmTable table = temp.Open();
        int written = 0;
        int missed = 0;
        Thread[] readers = [.. Enumerable.Range(1, 2).Select(number => new Thread(() =>
        {
            var random = new Random(number);
            for (int known; (known = Volatile.Read(ref written)) < keys;)
            {
                int i = known == 0 ? -1 : random.Next(known);
                if (i >= 0 && !(table.TryFind(Key(i), out int[]? value) && value[0] == i))
                    Interlocked.Increment(ref missed);
            }
        }))];
        foreach (Thread reader in readers)
            reader.Start();
        for (int i = 0; i < keys; i++)
        {
            table.Add(Key(i), [i]);
            Volatile.Write(ref written, i + 1);
        }

        foreach (Thread reader in readers)
            reader.Join();
        Assert.Equal(0, missed);
    }

    [Fact]
    public void A_large_transaction_is_made_up_for_by_the_next_one()
    {
        using var temp = new TempTable(options: Options(init: 1000));
        ShmTable table = temp.Open();
        int keys = 0;
        for (int round = 0; round < 40; round++)
        {
            table.Transact(() =>
            {
                for (int i = 0; i < 500; i++)
                    table.Add(Key(keys), [keys++]);
            });
            AssertConsistent(table);
        }

        AssertHolds(table, keys);
    }

    private static ShmTableOptions Options(int init) => new() { Init = init, Locking = LockingMethod.Futex };

    private static int Key(int i) => unchecked(i * 7919);

    private static (int Phase, int NextCell) Progress(ShmTable table)
    {
        _ = table.Storage.IsRehashing(out int nextCell);
        return (table.Memory[1, PhaseWord], nextCell);
    }

    /// <summary>Adds keys until a rehash is in the middle of a phase.</summary>
    /// <returns>How many keys there are.</returns>
    private static int FillUntil(ShmTable table, int phase)
    {
        int keys = 0;
        while (Progress(table) is var progress && !(progress.Phase == phase && progress.NextCell > table.Memory[1, 2] / 2))
            table.Add(Key(keys), [keys++]);
        return keys;
    }

    private static void Modify(ShmTable table, Dictionary<int, Stack<int>> model, Random random, int keys)
    {
        int key = Key(random.Next(keys));
        int value = random.Next();
        Stack<int> values = model.TryGetValue(key, out Stack<int>? known) ? known : model[key] = new Stack<int>();
        switch (random.Next(4))
        {
            case 0:
                table.Add(key, [value]);
                values.Push(value);
                break;
            case 1:
                table.Replace(key, [value]);
                _ = values.TryPop(out _);
                values.Push(value);
                break;
            case 2:
                Assert.Equal(values.TryPop(out _), table.Remove(key));
                break;
            default:
                Assert.Throws<IntendedException>(() => table.Transact(void () =>
                {
                    table.Replace(key, [value]);
                    _ = table.Remove(Key(random.Next(keys)));
                    table.Add(Key(keys + random.Next(keys)), [value]);
                    throw new IntendedException();
                }));
                break;
        }
    }

    private static void AssertHolds(ShmTable table, int keys)
    {
        Assert.Equal(keys, table.Count);
        for (int i = 0; i < keys; i++)
            Assert.Equal([i], table.Find(Key(i)));
    }

    private static void AssertConsistent(ShmTable table)
    {
        TableReport report = table.Check();
        Assert.True(report.IsConsistent, report.ToString());
    }

    private sealed class IntendedException : Exception;
}

using Netshm.TestKit;
using Netshm.Tool.CommandLine;
using Xunit.Abstractions;

namespace Netshm.Tool.Tests;

/// <summary>repair of many tables that were damaged at random. NETSHM_REPAIRS=1000 is the long form.</summary>
public sealed class RepairCampaignTests(ITestOutputHelper output)
{
    private const string Variable = "NETSHM_REPAIRS";
    private const int ShortForm = 60;
    private const int OneOfSoManyByTheProgram = 20;

    private int _bindings, _untouched, _saved, _inOrder;

    [Fact]
    public void Repair_keeps_every_binding_whose_pages_were_not_touched()
    {
        int rounds = LongForm.Rounds(Variable, ShortForm);
        Seed seed = Seed.Take(output);
        for (int round = 0; round < rounds; round++)
            seed.Run(round, random => RepairOne(random, byTheProgram: round % OneOfSoManyByTheProgram == 0));
        output.WriteLine(
            $"{rounds} tables with {_bindings} bindings; pages untouched of {_untouched}, {_saved} bindings after repair; "
            + $"{_inOrder} keys compared in order");
        Assert.InRange(_untouched, 1, _bindings - 1);
        Assert.True(_inOrder > 0);
    }

    private void RepairOne(Random random, bool byTheProgram)
    {
        int pageSize = 4 * random.Next(16, 100);
        LockingMethod locking = random.Next(2) == 0 ? LockingMethod.Futex : LockingMethod.Record;
        using var temp = new TempTable(options: new ShmTableOptions { PageSize = pageSize, Init = 20, Locking = locking });
        TableModel model = Fill(temp, random);
        byte[] file = File.ReadAllBytes(temp.Name.MemoryPath);
        var anatomy = new TableAnatomy(file, pageSize);
        AssertSame(model, anatomy);

        var damage = new FileDamage(file, pageSize, anatomy.TotalPages, random);
        for (int hits = random.Next(1, random.Next(3) == 0 ? 60 : 8); hits > 0; hits--)
            damage.Hit();
        temp.IsDamagedOnPurpose();
        File.WriteAllBytes(temp.Name.MemoryPath, file);

        using var repaired = new TempTable();
        Repair(temp, repaired, byTheProgram);
        Assert.Equal(file, File.ReadAllBytes(temp.Name.MemoryPath));
        using ShmTable result = ShmTable.Open(repaired.Name);
        Assert.True(result.Check().IsConsistent);
        IReadOnlySet<int> touched = damage.TouchedPages();
        bool isIndexWhole = !touched.Contains(1) && !touched.Overlaps(anatomy.HashPages);
        foreach ((int key, IReadOnlyList<LocatedBinding> chain) in anatomy.Chains)
            AssertKept(key, chain, touched, isIndexWhole, result.FindAll(key));
        _saved += result.Count;
    }

    private static TableModel Fill(TempTable temp, Random random)
    {
        var model = new TableModel();
        using ShmTable table = ShmTable.Open(temp.Name, temp.Options);
        int keys = random.Next(5, 100);
        for (int i = random.Next(50, 300); i > 0; i--)
        {
            int key = random.Next(keys) * random.Next(-1, 3);
            int[] value = [.. Enumerable.Range(0, random.Next(random.Next(2) == 0 ? 8 : 150)).Select(_ => random.Next())];
            switch (random.Next(10))
            {
                case < 6:
                    table.Add(key, value);
                    model.Add(key, value);
                    break;
                case < 8:
                    table.Replace(key, value);
                    model.Replace(key, value);
                    break;
                default:
                    Assert.Equal(model.Remove(key), table.Remove(key));
                    break;
            }
        }

        return model;
    }

    private static void AssertSame(TableModel model, TableAnatomy anatomy)
    {
        Assert.Equal(model.Count, anatomy.Chains.Values.Sum(chain => chain.Count));
        foreach ((int key, IReadOnlyList<LocatedBinding> chain) in anatomy.Chains)
            Assert.Equal(model.FindAll(key), chain.Select(binding => binding.Value));
    }

    private static void Repair(TempTable damaged, TempTable repaired, bool byTheProgram)
    {
        string[] arguments = ["repair", damaged.Name.ToString(), repaired.Name.ToString()];
        if (byTheProgram)
        {
            ToolRun.Expect(0, arguments);
            return;
        }

        // The same code in this process, without the time that a process takes to start.
        (TextWriter standardOutput, TextWriter standardError) = (Console.Out, Console.Error);
        using var text = new StringWriter();
        Console.SetOut(text);
        Console.SetError(text);
        try
        {
            Assert.True(RootCommandLine.RunAsync(arguments).Result == 0, text.ToString());
        }
        finally
        {
            Console.SetOut(standardOutput);
            Console.SetError(standardError);
        }
    }

    private void AssertKept(
        int key,
        IReadOnlyList<LocatedBinding> chain,
        IReadOnlySet<int> touched,
        bool isIndexWhole,
        IReadOnlyList<int[]> found)
    {
        List<int[]> rest = [.. found];
        foreach (LocatedBinding binding in chain.Where(binding => !touched.Overlaps(binding.Pages)))
        {
            int index = rest.FindIndex(binding.Value.SequenceEqual);
            Assert.True(index >= 0, $"a binding of key {key} in the pages {string.Join(',', binding.Pages)} is missing");
            rest.RemoveAt(index);
            _untouched++;
        }

        _bindings += chain.Count;

        // Where nothing that leads to the key was touched, what it has is what it had; bindings that damage has given its
        // key can only be below.
        if (isIndexWhole && !chain.Any(binding => touched.Overlaps(binding.Pages)))
        {
            Assert.Equal(chain.Select(binding => binding.Value), found.Take(chain.Count));
            _inOrder++;
        }
    }
}

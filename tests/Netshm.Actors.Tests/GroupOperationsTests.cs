using Akka.Actor;
using Netshm.TestKit;
using Xunit.Abstractions;
using static Netshm.Actors.GroupOperation;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary><see cref="GroupOperations"/>: results, conditions, and that nothing is done unless all are met.</summary>
public sealed class GroupOperationsTests(ITestOutputHelper output) : TableSpec
{
    [Fact]
    public async Task Each_operation_sees_those_before_it_and_reports_the_value_after_it()
    {
        await Table.AddAsync(1, [10]);
        object reply = await Table.GroupAsync([
            new GroupOperation.Find(1),
            new GroupOperation.Add(1, [11]),
            new IfEquals(1, [11]),
            new GroupOperation.Remove(1),
            new IfEquals(1, [10]),
            new Increment(1, 5),
            new GroupOperation.Remove(1),
            new IfAbsent(1),
            new GroupOperation.Remove(1),
            new Increment(2, Delta: 3, Initial: 100),
            new IfPresent(2),
            new GroupOperation.Replace(3, [1, 2])]);
        Assert.Equal(
            new GroupDone([[10], [11], [11], [10], [10], [15], null, null, null, [103], [103], [1, 2]]), reply);
        Assert.False(Table.Contains(1));
        Assert.Equal([103], Table.Find(2));
        Assert.Equal([1, 2], Table.Find(3));
    }

    [Theory]
    [MemberData(nameof(UnmetConditions))]
    public async Task An_unmet_condition_is_named_and_nothing_is_done(GroupOperation condition, int[] value)
    {
        await Table.AddAsync(1, [10, 20]);
        object reply = await Table.GroupAsync(
        [
            new GroupOperation.Add(3, [3]),
            new GroupOperation.Remove(1),
            new GroupOperation.Add(1, [10, 20]),
            condition,
        ]);
        Assert.Equal(new ConditionNotMet(3, value is [] ? null : Sequence.Create<int>(value)), reply);
        Assert.Equal(1, Table.Count);
        Assert.Equal([10, 20], Table.Find(1));
    }

    [Fact]
    public async Task An_increment_wraps_around()
    {
        await Table.ReplaceAsync(1, [int.MaxValue]);
        Assert.Equal(new GroupDone([[int.MinValue]]), await Table.GroupAsync([new Increment(1)]));
    }

    [Fact]
    public void Random_groups_do_what_the_same_operations_do_one_by_one() => Seed.Take(output).Run(random =>
    {
        var model = new TableModel();
        for (int round = 0; round < 300; round++)
        {
            GroupOperation[] group = [.. Enumerable.Range(0, random.Next(1, 8)).Select(_ => Draw(random))];
            Table.Actor.Tell(new GroupOperations([.. group]));
            if (ExpectMsg<object>(Patience) is GroupDone done)
                Apply(model, group, done);
        }

        Table.Actor.Tell(new TakeSnapshot());
        Assert.Equal(
            model.Select(pair => new Binding(pair.Key, Sequence.Create<int>(pair.Value))),
            ExpectMsg<Snapshot>(Patience).Bindings.OrderBy(binding => binding.Key));
    });

    public static TheoryData<GroupOperation, int[]> UnmetConditions() => new()
    {
        { new IfAbsent(1), [10, 20] },
        { new IfPresent(2), [] },
        { new IfEquals(1, [10]), [10, 20] },
        { new IfEquals(2, []), [] },
        { new Increment(1), [10, 20] },
    };

    private static GroupOperation Draw(Random random)
    {
        int key = random.Next(6);
        return random.Next(8) switch
        {
            0 => new GroupOperation.Find(key),
            1 => new GroupOperation.Add(key, [random.Next(3)]),
            2 => new GroupOperation.Replace(key, [random.Next(3)]),
            3 => new GroupOperation.Remove(key),
            4 => new Increment(key, random.Next(-2, 3), 1),
            5 => new GroupOperation.Remove(key),
            6 => random.Next(2) == 0 ? new IfAbsent(key) : new IfPresent(key),
            _ => new IfEquals(key, [random.Next(3)]),
        };
    }

    private static void Apply(TableModel model, GroupOperation[] group, GroupDone done)
    {
        for (int i = 0; i < group.Length; i++)
        {
            int key = group[i].Key;
            switch (group[i])
            {
                case GroupOperation.Add(_, var value):
                    model.Add(key, value.ToArray());
                    break;
                case GroupOperation.Replace(_, var value):
                    model.Replace(key, value.ToArray());
                    break;
                case GroupOperation.Remove:
                    model.Remove(key);
                    break;
                case Increment(_, var delta, var initial):
                    model.Replace(key, [(model.Find(key)?[0] ?? initial) + delta]);
                    break;
            }

            Sequence<int>? expected = model.Find(key) is { } value2 ? Sequence.Create<int>(value2) : null;
            Assert.True(expected == done.Values[i], $"operation {i}: {group[i]} gave {done.Values[i]}, not {expected}");
        }
    }
}

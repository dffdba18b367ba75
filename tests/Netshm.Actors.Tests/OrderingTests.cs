using Akka.Actor;
using static Netshm.Actors.TableProtocol;

namespace Netshm.Actors.Tests;

/// <summary>One sender's operations happen in the order it sends them, whatever the verbs and the way.</summary>
public sealed class OrderingTests : TableSpec
{
    public OrderingTests()
        : base("max-queue = 100000, max-batch-count = 7")
    {
    }

    [Fact]
    public async Task Verbs_messages_and_groups_of_one_sender_are_executed_in_its_order()
    {
        var reads = new List<Task<int[]>>();
        for (int i = 0; i < 2000; i++)
        {
            _ = (i % 4) switch
            {
                0 => Table.ReplaceAsync(1, [i]),
                1 => Table.GroupAsync([new GroupOperation.Replace(1, [i])]),
                2 when i % 40 == 2 => ReplaceInGroup(i),
                _ => Tell(i),
            };
            reads.Add(Table.FindAsync(1));
        }

        int[][] values = await Task.WhenAll(reads);
        Assert.Equal(Enumerable.Range(0, 2000), values.Select(value => value[0]));
    }

    [Fact]
    public async Task Each_of_several_senders_sees_its_own_writes()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(key => Task.Run(async () =>
        {
            for (int i = 0; i < 500; i++)
            {
                _ = Table.ReplaceAsync(key, [i]);
                int[] read = await Table.FindAsync(key);
                Assert.Equal((IEnumerable<int>)[i], read);
                Assert.Equal((IEnumerable<int>)[i], Table.Find(key));
            }
        })));
    }

    private Task ReplaceInGroup(int i) => Table.GroupAsync(group => group.Replace(1, [i]));

    private Task Tell(int i)
    {
        Table.Actor.Tell(new Replace(1, [i]), ActorRefs.NoSender);
        return Task.CompletedTask;
    }
}

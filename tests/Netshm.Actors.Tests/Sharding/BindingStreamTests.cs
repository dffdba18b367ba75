using Netshm.Actors.Cluster.Sharding;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>The contents of a table as pieces of a stream.</summary>
public sealed class BindingStreamTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(10_000)]
    public void A_table_comes_out_as_it_was_whatever_the_size_of_the_pieces(int lengthInWords) =>
        Seed.Take(output).Run(random => CopyAndCompare(lengthInWords, random));

    [Fact]
    public void A_stream_that_ends_within_a_binding_is_noticed()
    {
        using var destination = new TempTable();
        var writer = new BindingStream.Writer(destination.Open());
        writer.Write([7, 3, 1, 2]);
        Assert.False(writer.IsBetweenBindings);
        Assert.Throws<FormatException>(() => writer.Write([3, 8, -1]));
    }

    private static void CopyAndCompare(int lengthInWords, Random random)
    {
        using var source = new TempTable();
        using var destination = new TempTable();
        ShmTable from = source.Open(), to = destination.Open();
        for (int i = 0; i < 300; i++)
        {
            int length = random.Next(4) == 0 ? 0 : random.Next(100);
            from.Add(random.Next(100), [.. Enumerable.Range(0, length).Select(_ => random.Next())]);
        }

        from.Add(1000, new int[5000]);
        var writer = new BindingStream.Writer(to);
        foreach (int[] piece in BindingStream.Read(from, lengthInWords))
        {
            Assert.InRange(piece.Length, 1, lengthInWords);
            writer.Write(new Sequence<int>(piece));
        }

        Assert.True(writer.IsBetweenBindings);
        Assert.Equal(from.Count, writer.Bindings);
        Assert.Equal(from.Count, to.Count);
        from.IterateKeys(key => Assert.Equal<IEnumerable<int[]>>(from.FindAll(key), to.FindAll(key)));
    }
}

using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Peers.Stores;
using Netshm.Benchmarks.Workloads;

namespace Netshm.Benchmarks.Tests;

/// <summary>A peer's process, with stores that are wrong.</summary>
public sealed class StoreServerTests
{
    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    public void A_store_that_gives_a_wrong_word_is_found_out(int wrongWord)
    {
        using var output = new StringWriter();
        var server = new StoreServer(place => new ForgetfulStore(place, wrongWord));

        Exception failure = Assert.Throws<InvalidDataException>(
            () => server.Serve(new StringReader("open new /nowhere 100 10\nfill 100\nverify\n"), output));

        Assert.Contains("is not what was written", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("right", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_another_key_is_found_out_while_the_time_runs()
    {
        string trace = Path.GetTempFileName();
        new OperationTrace([new TraceEntry(Operation.Read, Records.Key(5))]).Save(trace);
        try
        {
            var server = new StoreServer(place => new ForgetfulStore(place, wrongWord: 0));

            var commands = new StringReader($"open new /nowhere 100 10\nfill 100\nrun {trace} 0 0 1 -\n");
            Exception failure = Assert.Throws<InvalidDataException>(() => server.Serve(commands, TextWriter.Null));

            Assert.Contains("missing or wrong", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(trace);
        }
    }

    /// <summary>A store that loses one word of each value.</summary>
    private sealed class ForgetfulStore(StorePlace place, int wrongWord) : Store(place.Words)
    {
        private readonly Dictionary<int, int[]> _values = [];

        public override bool Read(int key, Span<int> destination)
        {
            _values[key].CopyTo(destination);
            destination[wrongWord]++;
            return true;
        }

        public override void Replace(int key, ReadOnlySpan<int> value) => _values[key] = value.ToArray();

        public override bool Remove(int key) => _values.Remove(key);

        public override int Iterate() => _values.Count;

        public override long Bytes() => 0;

        public override void Dispose()
        {
        }
    }
}

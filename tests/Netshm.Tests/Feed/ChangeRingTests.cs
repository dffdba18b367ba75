using System.Diagnostics;
using Xunit.Abstractions;

namespace Netshm.Tests.Feed;

/// <summary>The ring of changes between one who writes and one who sleeps, at full speed.</summary>
public class ChangeRingTests(ITestOutputHelper output)
{
    private const int Capacity = 64;

    /// <summary>How many sleeps may last to their end for another reason, as on a machine that has stopped for a second.</summary>
    private const int Tolerated = 3;

    /// <summary>
    /// Stores to memory that no cache holds, as a table's pages: the head waits behind them in the writer's processor, which
    /// looks for sleepers meanwhile.
    /// </summary>
    private const int StoresAhead = 16, FarInWords = 524_309;

    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// The writer has no fence between its store to the head and its look for sleepers: the sleeper's has to do for both. So
    /// the two meet at that moment again and again, at different distances.
    /// </summary>
    [Fact]
    public void Nobody_sleeps_over_a_change_that_was_made_while_it_lay_down()
    {
        const int rounds = 200_000;
        var ring = new ChangeRing(MappedBlock.Private(SidecarLayout.FeedLengthInBytes(Capacity), "ring"), 0, Capacity);
        long seen = 0;
        long[] farAway = new long[8 << 20];
        long position = 0;
        var writer = new Thread(() =>
        {
            for (int round = 1; round <= rounds && Volatile.Read(ref seen) >= 0; round++)
            {
                while (Volatile.Read(ref seen) >= 0 && Volatile.Read(ref seen) != round - 1)
                    Thread.SpinWait(1);
                Thread.SpinWait(round * 7 % 64);
                ring.Begin();
                ring.Append(ChangeKind.Added);
                for (int i = 0; i < StoresAhead; i++)
                    farAway[(position += FarInWords) % farAway.Length] = round;
                ring.Publish();
                ring.Wake();
            }
        });
        writer.Start();

        int overslept = 0, slept = 0;
        for (long head = 0; head < rounds && overslept <= Tolerated; head++)
        {
            Volatile.Write(ref seen, head);
            Thread.SpinWait((int)(head * 5 % 64));
            while (ring.Head == head)
            {
                long start = Stopwatch.GetTimestamp();
                ring.SleepWhileHeadIs(head, s_longest);
                slept++;
                overslept += Stopwatch.GetElapsedTime(start) >= s_longest && ring.Head != head ? 1 : 0;
            }
        }

        Volatile.Write(ref seen, -1);
        writer.Join();
        output.WriteLine($"{slept:N0} sleeps, {overslept} of them too long");
        Assert.InRange(overslept, 0, Tolerated);
        Assert.InRange(slept, rounds / 100, int.MaxValue);
    }
}

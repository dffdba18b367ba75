namespace Netshm.Tests.Locking;

/// <summary>The lock among the threads of a process.</summary>
public class ThreadGateTests
{
    [Fact]
    public void Writers_are_alone_and_nobody_waits_for_ever()
    {
        const int threads = 4, rounds = 20_000;
        var gate = new ThreadGate();
        int written = 0;
        int torn = 0;
        Thread[] all = [.. Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < rounds; i++)
            {
                Assert.True(gate.Enter(GateEntry.Write, Deadline.Never));
                int before = written;
                Thread.SpinWait(i % 50);
                written = before + 1;
                gate.ExitWrite();
                if (i % 8 != 0)
                    continue;
                Assert.True(gate.Enter(GateEntry.Read, Deadline.Never));
                int seen = written;
                Thread.SpinWait(i % 50);
                torn += seen == written ? 0 : 1;
                gate.ExitRead();
            }
        }))];
        foreach (Thread thread in all)
            thread.Start();
        Assert.All(all, thread => Assert.True(thread.Join(TimeSpan.FromMinutes(2)), "a thread was not woken"));
        Assert.Equal(threads * rounds, written);
        Assert.Equal(0, torn);
        Assert.True(gate.TryEnter(GateEntry.Write));
    }
}

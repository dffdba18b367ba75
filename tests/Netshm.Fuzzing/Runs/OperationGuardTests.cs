namespace Netshm.Fuzzing.Runs;

/// <summary>A fuzzer that fails, or tries again what was too slow, leaves nothing open.</summary>
public class OperationGuardTests
{
    [Fact]
    public void What_was_opened_otherwise_than_it_may_be_is_closed()
    {
        var guard = new OperationGuard();
        guard.Begin(0, "", lengthInBytes: 0);
        using var opened = new Opened();
        _ = Assert.Throws<FuzzFailureException>(() => guard.Open("opening", () => Opening(opened)));
        Assert.True(opened.IsClosed);
    }

    private static Opened Opening(Opened opened)
    {
        GC.KeepAlive(new byte[2 * OperationGuard.AllowanceInBytes]); // More than it may allocate.
        return opened;
    }

    private sealed class Opened : IDisposable
    {
        public bool IsClosed { get; private set; }

        public void Dispose() => IsClosed = true;
    }
}

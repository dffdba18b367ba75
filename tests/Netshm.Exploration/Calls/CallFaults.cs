using Netshm.Exploration;

namespace Netshm.Interop
{
    /// <content>Hands each call over to the plan of the thread that makes it.</content>
    internal static unsafe partial class Libc
    {
        static partial void OnCall(FaultPoint at, ref int error) => error = CallFaults.OnCall(at);
    }

    /// <content>The same for places where a thread waits.</content>
    internal static partial class Seam
    {
        static partial void OnWaiting(FaultPoint at)
        {
            if (CallFaults.OnCall(at) == FailsWithAttribute.Interruption)
                throw new ThreadInterruptedException();
        }
    }
}

namespace Netshm.Exploration
{
    /// <summary>A call that is to fail.</summary>
    /// <param name="Call">Which one of those that the thread makes, from 1; 0 for none.</param>
    /// <param name="Error">The number of the error.</param>
    /// <param name="IsForGood">Whether all later calls at the same place fail, too.</param>
    internal readonly record struct CallFault(int Call, int Error, bool IsForGood);

    /// <summary>What every run of a scenario begins with: calls that fail whatever the sweep does.</summary>
    /// <param name="At">The place.</param>
    /// <param name="Error">The number of the error.</param>
    /// <param name="Times">How often.</param>
    internal readonly record struct GivenFault(FaultPoint At, int Error, int Times = int.MaxValue);

    /// <summary>Lets the n-th call of a thread fail, once or from then on, and records what was called.</summary>
    internal sealed class CallFaults(CallFault fault, IReadOnlyList<GivenFault> given) : IDisposable
    {
        /// <summary>More calls than any scenario makes, unless one is made over and over again because it fails.</summary>
        private const int Most = 10_000;

        private static long s_ranges;

        [ThreadStatic]
        private static CallFaults? t_current;

        private readonly int[] _givenTimes = new int[given.Count];

        /// <summary>How many address ranges the process has mapped; what nobody refers to counts until it is collected.</summary>
        public static long MappedRanges => Interlocked.Read(ref s_ranges);

        /// <summary>The places that the thread came to, in their order.</summary>
        public List<FaultPoint> Calls { get; } = [];

        /// <summary>Where the fault happened; null when the thread made no so many calls.</summary>
        public FaultPoint? FailedAt { get; private set; }

        public static int OnCall(FaultPoint at)
        {
            int error = t_current?.ErrorFor(at) ?? 0;
            if (error == 0)
                CountRanges(at);
            return error;
        }

        /// <summary>Lets this thread's calls fail, until this is disposed of.</summary>
        public CallFaults Begin()
        {
            t_current = this;
            return this;
        }

        public void Dispose() => t_current = null;

        private static void CountRanges(FaultPoint at)
        {
            if (at is FaultPoint.ReserveAddressSpace or FaultPoint.MapBlock or FaultPoint.MapPrivateBlock or FaultPoint.MapForRetiredBlock)
                Interlocked.Increment(ref s_ranges);
            else if (at is FaultPoint.Unmap or FaultPoint.RetireBlock)
                Interlocked.Decrement(ref s_ranges);
        }

        private int ErrorFor(FaultPoint at)
        {
            Calls.Add(at);
            if (Calls.Count > Most)
                throw new InvalidOperationException($"more than {Most} calls were made, the last one at {at}");
            if (Calls.Count == fault.Call)
            {
                FailedAt = at;
                return fault.Error;
            }

            if (fault.IsForGood && FailedAt == at)
                return fault.Error;
            for (int i = 0; i < given.Count; i++)
            {
                if (given[i].At == at && _givenTimes[i]++ < given[i].Times)
                    return given[i].Error;
            }

            return 0;
        }
    }
}

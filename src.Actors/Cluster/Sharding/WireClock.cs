using System.Security.Cryptography;
using System.Text;
using Netshm.Actors.Cluster.Common;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>Deadlines on the wire: a moment for processes with the same clock, the time that is left for all others.</summary>
/// <remarks>
/// The moment is an int64 in nanoseconds of CLOCK_MONOTONIC, <see cref="long.MaxValue"/> for none. Otherwise the clock's id (16
/// bytes) and the time that was left when it was written (an int64 of 100 ns ticks) follow.
/// </remarks>
internal static class WireClock
{
    /// <summary>
    /// The clock of this process. Processes of one boot of one machine have the same, unless a time namespace gives them another.
    /// </summary>
    public static Guid Id { get; } = IdOfMachine();

    public static void WriteDeadline(this BinaryWriter writer, CallDeadline deadline)
    {
        writer.Write(deadline.Timestamp);
        if (deadline.IsNever)
            return;
        writer.WriteGuid(Id);
        writer.Write(deadline.Left.Ticks);
    }

    public static CallDeadline ReadDeadline(this BinaryReader reader)
    {
        var deadline = new CallDeadline(reader.ReadInt64());
        if (deadline.IsNever)
            return deadline;
        Guid clock = reader.ReadGuid();
        var left = TimeSpan.FromTicks(reader.ReadInt64());
        return clock == Id ? deadline : CallDeadline.After(left > TimeSpan.Zero ? left : TimeSpan.Zero);
    }

    private static Guid IdOfMachine()
    {
        try
        {
            string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id");
            string? timeNamespace = new FileInfo("/proc/self/ns/time").LinkTarget; // Linux before 5.6 has one clock for all.
            return new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{boot} {timeNamespace}")).AsSpan(0, 16));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Guid.NewGuid(); // A clock that is nobody else's: all count the time that is left.
        }
    }
}

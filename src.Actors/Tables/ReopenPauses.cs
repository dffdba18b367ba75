using System.Diagnostics;

namespace Netshm.Actors.Tables;

/// <summary>
/// How long to wait before a table is opened anew: not at all after its first failure, then longer each time, until it has
/// done its work again.
/// </summary>
internal sealed class ReopenPauses(TimeSpan shortest, TimeSpan longest)
{
    /// <summary>Damage does not pass by itself, and looking for it takes its time: so its pauses begin with longer ones.</summary>
    private const int FailuresThatDamageIsWorth = 3;

    private int _failures;
    private long _lastDamage;

    /// <summary>The pause after one more failure.</summary>
    public TimeSpan Next(bool isDamage)
    {
        if (isDamage)
        {
            _lastDamage = Stopwatch.GetTimestamp();
            _failures = Math.Max(_failures, FailuresThatDamageIsWorth);
        }

        int doublings = Math.Min(_failures++ - 1, 30);
        return doublings < 0
            ? TimeSpan.Zero
            : TimeSpan.FromTicks((long)Math.Min(longest.Ticks, Math.ScaleB(shortest.Ticks, doublings)));
    }

    /// <summary>
    /// Notes that the table has done its work. After damage this says little, since another part of the table may have been
    /// used: then the table must have done so for the longest pause.
    /// </summary>
    public void NoteWork()
    {
        if (_failures > 0 && (_lastDamage == 0 || Stopwatch.GetElapsedTime(_lastDamage) >= longest))
            (_failures, _lastDamage) = (0, 0);
    }
}

using System.Diagnostics.Metrics;

namespace Netshm.Opening;

/// <summary>What this process counts about its tables, for whoever listens to the meter <c>Netshm</c>.</summary>
/// <remarks>
/// The counts are kept in any case (see <see cref="TableCounters"/>); a listener only reads them. A table's are gone when
/// its last handle is closed.
/// </remarks>
internal static class TableMetrics
{
    public const string MeterName = "Netshm";

    private static readonly Meter s_meter = new(MeterName, typeof(TableMetrics).Assembly.GetName().Version?.ToString());

    static TableMetrics()
    {
        Observe("netshm.writes", Counter.Writes, "{binding}", "Bindings added, replaced or removed.");
        Observe("netshm.lock.acquisitions", Counter.Acquisitions, "{acquisition}", "Acquisitions of the table's lock.");
        Observe("netshm.lock.waits", Counter.Waits, "{wait}", "Acquisitions that had to wait.");
        Observe("netshm.read.retries", Counter.Retries, "{retry}", "Reads without a lock that a writer disturbed.");
        Observe("netshm.recoveries", Counter.Recoveries, "{recovery}", "Recoveries after a death.");
        Observe("netshm.pages.added", Counter.PagesAdded, "{page}", "Pages by which the table grew.");
    }

    /// <summary>Makes sure that listeners find the instruments.</summary>
    public static void Offer()
    {
        // Running the static constructor is all there is to do.
    }

    private static void Observe(string name, Counter counter, string unit, string description) =>
        s_meter.CreateObservableCounter(name, () => Measure(counter), unit, description);

    private static IEnumerable<Measurement<long>> Measure(Counter counter)
    {
        foreach (TableStore store in TableRegistry.OpenStores())
        {
            if (store.Attached is { } attached)
            {
                yield return new Measurement<long>(
                    attached.Table.Storage.Counters[counter],
                    new KeyValuePair<string, object?>("table", store.Name.ToString()),
                    new KeyValuePair<string, object?>("locking", attached.Locking.ToString()));
            }
        }
    }
}

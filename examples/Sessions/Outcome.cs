namespace Sessions;

/// <summary>What came out of the load on a store.</summary>
/// <param name="Store">The store's name.</param>
/// <param name="Acknowledged">The updates that have returned.</param>
/// <param name="Lost">Those of them that the store does not hold.</param>
/// <param name="Reads">The reads, by latency.</param>
/// <param name="Updates">The updates, by latency.</param>
/// <param name="Elapsed">The time from the first request to the last one.</param>
internal sealed record Outcome(
    string Store, long Acknowledged, long Lost, long[] Reads, long[] Updates, TimeSpan Elapsed);

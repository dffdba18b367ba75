namespace WordCount;

/// <summary>What a counting came to.</summary>
/// <param name="Words">How many words there were.</param>
/// <param name="Elapsed">How long the counting proper took.</param>
internal sealed record CountingResult(long Words, TimeSpan Elapsed)
{
    public double WordsPerSecond => Words / Elapsed.TotalSeconds;
}

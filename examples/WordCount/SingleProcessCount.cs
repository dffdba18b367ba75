using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WordCount;

/// <summary>Counts the same files in this process alone, in a dictionary: what the shared table is checked against.</summary>
internal static class SingleProcessCount
{
    public static (CountingResult Result, Dictionary<string, int> Counts) Run(
        IEnumerable<string> files, CancellationToken cancellation)
    {
        var counts = new Dictionary<string, int>();
        long words = 0;
        var clock = Stopwatch.StartNew();
        foreach (string file in files)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (string word in Tokenizer.Words(file))
            {
                ref int count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, word, out _);
                count = checked(count + 1);
                words++;
            }
        }

        return (new CountingResult(words, clock.Elapsed), counts);
    }
}

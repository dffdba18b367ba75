namespace Netshm.Exploration;

/// <summary>Deaths are only as good as the seams: between two of them there must not be two stores.</summary>
public class SeamTests
{
    public static TheoryData<Scenario> All =>
        [.. Scenarios.WithFutex];

    [Theory]
    [MemberData(nameof(All))]
    public void Between_two_seams_is_one_store(Scenario scenario)
    {
        using var files = new TableFiles();
        var process = new SimulatedProcess(files);
        process.DoAlive(process =>
        {
            process.Open(scenario.OptionsFor(LockingMethod.Futex));
            scenario.Setup(process.Table);
            byte[] before = files.Read();
            process.AtSeam = _ =>
            {
                byte[] now = files.Read();
                AssertOneStore(before, now, files.TableLengthInBytes / sizeof(int));
                before = now;
            };
            scenario.Run(process.Table);
            process.AtSeam = null;
            process.Close();
        });
    }

    /// <summary>
    /// One word; words of one page: those of a value, the head of a binding, or zeros in a new page; or a journal's record.
    /// </summary>
    private static void AssertOneStore(byte[] before, byte[] now, int tableLengthInWords)
    {
        Assert.Equal(before.Length, now.Length);
        ReadOnlySpan<int> old = MemoryMarshal.Cast<byte, int>(before);
        ReadOnlySpan<int> words = MemoryMarshal.Cast<byte, int>(now);
        int first = old.CommonPrefixLength(words);
        if (first == words.Length)
            return;
        const int wordsPerPage = Scenario.PageSize / sizeof(int);
        int last = words.Length - 1;
        while (old[last] == words[last])
            last--;
        bool isInPage = last < tableLengthInWords && first / wordsPerPage == last / wordsPerPage;
        bool isValue = isInPage && first % wordsPerPage >= Layout.FollowUpHeaderInWords;
        bool isHead = isInPage && last % wordsPerPage < Layout.FollowUpHeaderInWords;
        bool isCleared = isInPage && !words[first..(last + 1)].ContainsAnyExcept(0);
        bool isLong = !isInPage && first % 2 == 0 && last == first + 1;
        bool isRecord = first - tableLengthInWords >= SidecarLayout.JournalOffset(Scenario.ChangeFeedCapacity) / sizeof(int)
            && first / SharedRecords.LengthInWords == last / SharedRecords.LengthInWords;
        Assert.True(first == last || isValue || isHead || isCleared || isLong || isRecord, $"words {first} to {last} changed between two seams");
    }
}

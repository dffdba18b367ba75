using Netshm.Fuzzing.Runs;
using Netshm.Fuzzing.Tables;
using Xunit.Abstractions;

namespace Netshm.Fuzzing;

/// <summary>Whatever a table's file holds, an operation gives the right answer or a typed error.</summary>
public class TableFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void A_damaged_table_gives_right_answers_or_typed_errors()
    {
        int files = Campaign.CountFrom("NETSHM_FUZZ_FILES", otherwise: 10_000);
        Figures figures = Campaign.Run(files, output, static () => new TableFuzzer());
        if (figures.Files == 1)
            return; // One is replayed.
        Assert.True(figures.TypedErrors > figures.Files / 2, "the damages do no damage");
        Assert.True(figures.SoundFiles > 0, "no file was sound to the check");
    }
}

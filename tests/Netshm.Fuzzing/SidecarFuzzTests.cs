using Netshm.Fuzzing.Runs;
using Netshm.Fuzzing.Sidecars;
using Xunit.Abstractions;

namespace Netshm.Fuzzing;

/// <summary>Whatever a sidecar holds, the table is brought in order or a typed error says why not.</summary>
public class SidecarFuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void A_damaged_sidecar_gives_a_table_in_order_or_typed_errors()
    {
        int files = Campaign.CountFrom("NETSHM_FUZZ_SIDECARS", otherwise: 2000);
        Figures figures = Campaign.Run(files, output, static () => new SidecarFuzzer());
        if (figures.Files == 1)
            return; // One is replayed.
        Assert.True(figures.TypedErrors > 0, "the damages do no damage");
        Assert.True(figures.SoundFiles > 0, "no damage was harmless");
    }
}

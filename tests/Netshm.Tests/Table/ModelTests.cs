using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Tests.Table;

/// <summary>Random operations beside a model; <c>NETSHM_SEED</c> replays a run and <c>NETSHM_STEPS</c> lengthens it.</summary>
public class ModelTests(ITestOutputHelper output)
{
    private const int DefaultSteps = 100_000;
    private const int CheckEvery = 10_000;

    [Theory]
    [InlineData(64, LockingMethod.None)]
    [InlineData(160, LockingMethod.None)]
    [InlineData(256, LockingMethod.Record)]
    [InlineData(1024, LockingMethod.None)]
    public void Any_sequence_of_operations_does_what_the_model_does(int pageSize, LockingMethod locking)
    {
        int steps = int.TryParse(Environment.GetEnvironmentVariable("NETSHM_STEPS"), out int wanted)
            ? wanted
            : DefaultSteps;
        Seed.Take(output).Run(pageSize, random =>
        {
            var options = new ShmTableOptions { PageSize = pageSize, Locking = locking, Init = random.Next(20) };
            using var temp = new TempTable(options: options);
            var script = new ModelScript(temp.Open(), random);
            for (int step = 1; step <= steps; step++)
            {
                script.Step();
                if (step % CheckEvery == 0)
                    script.CheckWhole();
            }
        });
    }
}

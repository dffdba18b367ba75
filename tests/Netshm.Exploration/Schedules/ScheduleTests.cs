using System.Globalization;
using Xunit.Abstractions;

namespace Netshm.Exploration;

/// <summary>Two or three processes in random orders of their steps, with deaths: all that is read can be explained.</summary>
public class ScheduleTests(ITestOutputHelper output)
{
    /// <summary>Replays only this schedule of a seed.</summary>
    private const string OneVariable = "NETSHM_SCHEDULE";

    [Fact]
    public void Every_schedule_can_be_explained_by_one_operation_after_the_other()
    {
        Seed seed = Seed.Take(output);
        int first = 0;
        int count = Effort.Schedules;
        if (Environment.GetEnvironmentVariable(OneVariable) is { } text)
        {
            first = int.Parse(text, CultureInfo.InvariantCulture);
            count = 1;
        }

        long steps = 0;
        int deaths = 0;
        for (int i = first; i < first + count; i++)
        {
            seed.Run(i, random =>
            {
                using var schedule = new Schedule(random);
                schedule.Run();
                steps += schedule.Steps;
                deaths += schedule.Deaths;
            });
        }

        output.WriteLine($"{count} schedules, {steps} steps, {deaths} deaths");
    }
}

namespace Netshm.Exploration;

/// <summary>Deadlines and the dead.</summary>
public class TimeoutTests
{
    [Fact]
    public void Who_does_not_wait_takes_over_from_the_dead_but_not_from_the_living()
    {
        using var files = new TableFiles();
        var victim = new SimulatedProcess(files);
        var other = new SimulatedProcess(files);
        victim.DoAlive(process => process.Open(Scenario.OptionsToOpen(LockingMethod.Futex)));
        other.DoAlive(process =>
        {
            ShmTableOptions options = Scenario.OptionsToOpen(LockingMethod.Futex);
            process.Open(options with { LockTimeout = TimeSpan.Zero });
        });

        Assert.False(victim.Do(process => process.Table.Group(() =>
        {
            process.Table.Add(1, [1]);
            other.DoAlive(living => Assert.Throws<LockTimeoutException>(() => living.Table.Add(2, [2])));
            process.Die();
        })));
        other.DoAlive(process =>
        {
            process.Table.Add(3, [3]);
            Assert.Equal("1=1 3=3", TableDump.Format(process.Table));
            process.Close();
        });
    }
}

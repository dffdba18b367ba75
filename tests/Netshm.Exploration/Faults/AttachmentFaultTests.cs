using static Netshm.Exploration.Scenario;

namespace Netshm.Exploration;

/// <summary>A process dies before every store while it comes, goes, creates a table or creates it anew.</summary>
public class AttachmentFaultTests
{
    private static readonly ShmTableOptions s_open = OptionsToOpen(LockingMethod.Futex);
    private static readonly ShmTableOptions s_record = OptionsToOpen(LockingMethod.Record);

    /// <summary>A transaction whose death at its 100th store leaves much to be taken back.</summary>
    private static Scenario Large => Scenarios.Transactions.First(scenario => scenario.Name == "a transaction");

    private static Scenario Replacement =>
        Scenarios.Single.First(scenario => scenario.Name == "replace by a longer value");

    private static string Before { get; } = FaultRun.AllowedStates(Large, LockingMethod.Futex)[0];

    private static string[] ReplacementStates { get; } =
        [.. FaultRun.AllowedStates(Replacement, LockingMethod.Record)];

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    [InlineData(LockingMethod.Auto)]
    public void Creating(LockingMethod locking) => new AttachmentFaults
    {
        Victim = process => process.Open(OptionsToOpen(locking)),
        Later = locking,
        Allowed = [""],
    }.Explore();

    [Fact]
    public void Coming_to_a_table_that_nobody_uses() => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Futex),
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Coming_for_the_first_time_to_a_table_without_sidecar() => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Record),
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Coming_to_a_table_that_others_use() => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Futex),
        HasBystander = true,
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Coming_to_a_table_whose_last_user_died_in_a_transaction() => new AttachmentFaults
    {
        Prepare = files => DieIn(files, Large, LockingMethod.Futex),
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Coming_with_record_locks_to_a_table_whose_last_user_died_in_a_transaction() => new AttachmentFaults
    {
        Prepare = files => DieIn(files, Large, LockingMethod.Futex),
        Victim = process => process.Open(s_record),
        Later = LockingMethod.Record,
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Coming_to_a_table_whose_user_died_in_a_transaction_beside_others() => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Futex),
        HasBystander = true,
        AfterBystander = files => DieIn(files, Large, LockingMethod.Futex, isFilled: true),
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Coming_to_a_table_whose_last_user_died_under_record_locks(bool hasOldSidecar) => new AttachmentFaults
    {
        Prepare = files =>
        {
            Fill(files, hasOldSidecar ? LockingMethod.Futex : LockingMethod.Record, Replacement);
            DieIn(files, Replacement, LockingMethod.Record, isFilled: true);
        },
        Victim = process => process.Open(s_open),
        Allowed = ReplacementStates,
    }.Explore();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Leaving(bool hasBystander) => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Futex),
        HasBystander = hasBystander,
        VictimsStart = process => process.Open(s_open),
        Victim = process => process.Close(),
        Allowed = [Before],
    }.Explore();

    [Theory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void Creating_anew(LockingMethod locking) => new AttachmentFaults
    {
        Prepare = files => Fill(files, locking),
        Victim = process => process.Open(Large.OptionsFor(locking)),
        Later = locking,
        Allowed = [Before, ""],
    }.Explore();

    [Fact]
    public void Being_refused_to_create_anew() => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Futex),
        HasBystander = true,
        Victim = process => process.FailToOpen(Large.OptionsFor(LockingMethod.Futex)),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Creating_anew_after_a_death_in_a_transaction() => new AttachmentFaults
    {
        Prepare = files => DieIn(files, Large, LockingMethod.Futex),
        Victim = process => process.Open(Large.OptionsFor(LockingMethod.Futex)),
        Allowed = [Before, ""],
    }.Explore();

    private static void Fill(TableFiles files, LockingMethod locking, Scenario? scenario = null)
    {
        var process = new SimulatedProcess(files);
        process.DoAlive(process =>
        {
            process.Open((scenario ?? Large).OptionsFor(locking));
            (scenario ?? Large).Setup(process.Table);
            process.Close();
        });
    }

    private static void DieIn(TableFiles files, Scenario scenario, LockingMethod locking, bool isFilled = false)
    {
        const int storesOfTransaction = 100, storesOfReplacement = 30;
        if (!isFilled)
            Fill(files, locking, scenario);
        var process = new SimulatedProcess(files);
        Assert.False(process.Do(process =>
        {
            process.Open(OptionsToOpen(locking));
            process.DiesBefore = process.Stores + (scenario.Unit == Unit.Group ? storesOfReplacement : storesOfTransaction);
            scenario.Run(process.Table);
        }));
    }
}

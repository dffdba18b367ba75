using static Netshm.Exploration.Scenario;

namespace Netshm.Exploration;

/// <summary>A process dies before every store while it comes, goes, creates a table or creates it anew.</summary>
public class AttachmentFaultTests
{
    private static readonly ShmTableOptions s_open = OptionsToOpen(LockingMethod.Futex);

    private static Scenario Large => AttachmentFaults.Large;

    private static string Before => AttachmentFaults.StateOfLarge;

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
    public void Coming_to_a_table_whose_sidecar_was_removed() => new AttachmentFaults
    {
        Prepare = files =>
        {
            Fill(files, LockingMethod.Futex);
            File.Delete(files.Name.SidecarPath);
        },
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Coming_for_the_first_time_to_a_table_that_was_converted() => new AttachmentFaults
    {
        Prepare = files =>
        {
            Fill(files, LockingMethod.Record);
            new SimulatedProcess(files).DoAlive(process => process.Convert(LockingMethod.Futex));
        },
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Giving_a_table_a_change_feed() => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Futex, withFeed: false),
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
    public void Coming_to_a_table_whose_user_died_in_a_transaction_beside_others() => new AttachmentFaults
    {
        Prepare = files => Fill(files, LockingMethod.Futex),
        HasBystander = true,
        AfterBystander = files => DieIn(files, Large, LockingMethod.Futex, isFilled: true),
        Victim = process => process.Open(s_open),
        Allowed = [Before],
    }.Explore();

    [Fact]
    public void Coming_to_a_table_whose_last_user_died_under_record_locks() => new AttachmentFaults
    {
        Prepare = files => DieIn(files, AttachmentFaults.Replacement, LockingMethod.Record),
        Victim = process => process.Open(OptionsToOpen(LockingMethod.Record)),
        Later = LockingMethod.Record,
        Allowed = AttachmentFaults.StatesOfReplacement,
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

    private static void Fill(TableFiles files, LockingMethod locking, bool withFeed = true) =>
        AttachmentFaults.Fill(files, locking, Large, withFeed);

    private static void DieIn(TableFiles files, Scenario scenario, LockingMethod locking, bool isFilled = false) =>
        AttachmentFaults.DieIn(files, scenario, locking, isFilled);
}

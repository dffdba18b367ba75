using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster;
using static Netshm.Actors.Cluster.Sharding.PartitionProtocol;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>Asks all other nodes what their hosts have of a partition.</summary>
internal sealed class PartitionSurvey(ShardedTableNode node, int partition, CancellationToken cancellation)
{
    private static readonly TimeSpan s_patienceWithOne = TimeSpan.FromSeconds(1);

    /// <summary>What a node has said.</summary>
    /// <param name="Keeper">The node's keeper.</param>
    /// <param name="CopyLocation">What its host has; null when it has no keeper yet, or does not answer.</param>
    internal sealed record Answer(IActorRef? Keeper, CopyLocation? CopyLocation)
    {
        public static Answer None { get; } = new(null, null);
    }

    /// <summary>
    /// Looks for a node on a host that has a certain copy; null when all have said that theirs do not, or the time is over.
    /// </summary>
    /// <remarks>
    /// A node that has no keeper yet may just be starting again on the host that has the copy; so may one that is no member
    /// yet, if its predecessor was lost not long ago.
    /// </remarks>
    public async Task<IActorRef?> FindHolderAsync(Generation wanted)
    {
        IReadOnlyList<Answer> answers = await AskUntilAsync(
            wanted,
            all => HolderAmong(all) is not null || (IsNobodyExpected && HaveAnswered(all))).ConfigureAwait(false);
        return HolderAmong(answers);
    }

    /// <summary>
    /// What all nodes say that answer before the time is over. One that has no keeper yet may be the one with the newest copy.
    /// </summary>
    public async Task<IReadOnlyList<Answer>> AskEverybodyAsync()
    {
        IReadOnlyList<Answer> answers = await AskUntilAsync(wanted: null, HaveAnswered).ConfigureAwait(false);
        return [.. answers.Where(answer => answer.CopyLocation is not null)];
    }

    private bool IsNobodyExpected => node.Hosts.SinceLastLoss > node.Settings.PeerTimeout;

    private static bool HaveAnswered(IReadOnlyList<Answer> all) => all.All(answer => answer.CopyLocation is not null);

    private static IActorRef? HolderAmong(IReadOnlyList<Answer> answers) =>
        answers.FirstOrDefault(answer => answer.CopyLocation is { HasWanted: true })?.Keeper;

    private async Task<IReadOnlyList<Answer>> AskUntilAsync(Generation? wanted, Func<IReadOnlyList<Answer>, bool> isEnough)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            Answer[] answers = await Task.WhenAll(node.OtherMembers().Select(member => AskAsync(member, wanted)))
                .ConfigureAwait(false);
            if (isEnough(answers) || Stopwatch.GetElapsedTime(start) > node.Settings.PeerTimeout)
                return answers;
            await Task.Delay(node.Settings.RetryInterval, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<Answer> AskAsync(Member member, Generation? wanted)
    {
        try
        {
            ActorIdentity identity = await node.KeeperAt(member.Address)
                .Ask<ActorIdentity>(new Identify(partition), s_patienceWithOne, cancellation).ConfigureAwait(false);
            if (identity.Subject is not { } keeper)
                return Answer.None;
            CopyLocation located = await keeper.Ask<CopyLocation>(
                new LocateCopy(partition, wanted), s_patienceWithOne, cancellation).ConfigureAwait(false);
            return new Answer(keeper, located);
        }
        catch (AskTimeoutException)
        {
            return Answer.None;
        }
    }
}

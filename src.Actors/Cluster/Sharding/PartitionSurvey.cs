using System.Diagnostics;
using Akka.Actor;
using Akka.Cluster;
using static Netshm.Actors.Cluster.PartitionProtocol;

namespace Netshm.Actors.Cluster;

/// <summary>Asks all other nodes what their hosts have of a partition.</summary>
internal sealed class PartitionSurvey(ShardedTableNode node, int partition, CancellationToken cancellation)
{
    private static readonly TimeSpan s_patienceWithOne = TimeSpan.FromSeconds(1);

    /// <summary>What a node has said.</summary>
    /// <param name="Keeper">The node's keeper; null when it has none yet, or does not answer.</param>
    /// <param name="CopyLocation">What its host has, when it has answered.</param>
    /// <param name="IsSilent">Whether it does not answer at all.</param>
    internal sealed record Answer(IActorRef? Keeper, CopyLocation? CopyLocation, bool IsSilent);

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
            wanted, all => HolderAmong(all) is not null || (IsNobodyExpected && all.All(answer => answer.CopyLocation is not null)))
            .ConfigureAwait(false);
        return HolderAmong(answers);
    }

    /// <summary>What all nodes say that have a keeper and answer before the time is over.</summary>
    public async Task<IReadOnlyList<Answer>> AskEverybodyAsync()
    {
        IReadOnlyList<Answer> answers =
            await AskUntilAsync(wanted: null, all => !all.Any(answer => answer.IsSilent)).ConfigureAwait(false);
        return [.. answers.Where(answer => answer.CopyLocation is not null)];
    }

    private bool IsNobodyExpected => node.Hosts.SinceLastLoss > node.Settings.PeerTimeout;

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
                return new Answer(null, null, IsSilent: false);
            CopyLocation located = await keeper.Ask<CopyLocation>(new LocateCopy(partition, wanted), s_patienceWithOne, cancellation)
                .ConfigureAwait(false);
            return new Answer(keeper, located, IsSilent: false);
        }
        catch (AskTimeoutException)
        {
            return new Answer(null, null, IsSilent: true);
        }
    }
}

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>A partition that can be served.</summary>
/// <param name="Partition">Its number.</param>
/// <param name="Table">Its table, which is open.</param>
/// <param name="OwnerEpoch">The epoch with which this process owns the table.</param>
/// <param name="Generation">The copy that the table holds.</param>
/// <param name="Origin">Where the contents come from.</param>
/// <param name="Bindings">How many bindings there are.</param>
internal sealed record ActivePartition(
    int Partition, TableRef Table, long OwnerEpoch, Generation Generation, PartitionOrigin Origin, int Bindings)
{
    /// <summary>Whether nobody has taken the table over since; false too when it is not open any more.</summary>
    public bool IsLatestOwner
    {
        get
        {
            try
            {
                return Table.ReadDirectly(static table => table.OwnerEpoch) == OwnerEpoch;
            }
            catch (Exception e) when (e is NetshmException or ObjectDisposedException)
            {
                return false;
            }
        }
    }
}

/// <summary>
/// Finds out which copy of a partition counts, gets it to this host, and opens it. Everything it does can be given up, or
/// fail, at any point, and be done again by the same process or another: docs/Sharding.md tells why.
/// </summary>
internal sealed class PartitionActivation(ShardedTableNode node, int partition, CancellationToken cancellation)
{
    private readonly PartitionSurvey _survey = new(node, partition, cancellation);

    /// <summary>Opens the partition.</summary>
    /// <exception cref="TimeoutException">No majority of the nodes answered.</exception>
    /// <exception cref="PartitionTransferException">The contents could not be had from the host that has them.</exception>
    public async Task<ActivePartition> RunAsync()
    {
        if (await node.Register.ReadAsync(partition, cancellation).ConfigureAwait(false) is not { } counts)
            return await BeginAsync().ConfigureAwait(false);

        // What was read may be known to a minority, which can be gone the next time: it counts when a majority knows it.
        return node.Files.Has(partition, counts)
            ? await LetCountAsync(counts, PartitionOrigin.Warm).ConfigureAwait(false)
            : await MoveHereAsync(counts).ConfigureAwait(false);
    }

    private async Task<ActivePartition> MoveHereAsync(Generation counts)
    {
        if (node.Settings.HandOver == HandOver.Cold)
            return await StartEmptyAsync(counts.Next(), PartitionOrigin.Cold).ConfigureAwait(false);
        if (await _survey.FindHolderAsync(counts).ConfigureAwait(false) is not { } holder)
            return await StartEmptyAsync(counts.Next(), PartitionOrigin.Lost).ConfigureAwait(false);
        Generation own = counts.Next();
        try
        {
            ShmTable draft = await OwnThread.Run(() => node.CreateFile(partition, own)).ConfigureAwait(false);
            try
            {
                await PartitionTransfer.FillAsync(node, holder, partition, counts, draft, cancellation).ConfigureAwait(false);
            }
            finally
            {
                await OwnThread.Run(draft.Dispose).ConfigureAwait(false);
            }
        }
        catch
        {
            node.Files.Remove(partition, own);
            throw;
        }

        return await LetCountAsync(own, PartitionOrigin.Streamed).ConfigureAwait(false);
    }

    /// <summary>
    /// Begins with what the hosts have when no node knows which copy counts: the cluster is new, or all its nodes were down.
    /// </summary>
    private async Task<ActivePartition> BeginAsync()
    {
        IReadOnlyList<PartitionSurvey.Answer> answers = await _survey.AskEverybodyAsync().ConfigureAwait(false);
        PartitionClaim? own = await OwnThread.Run(() => node.ClaimOf(partition)).ConfigureAwait(false);
        PartitionClaim? newest = answers.Select(answer => answer.CopyLocation!.Claim).Append(own)
            .OfType<PartitionClaim>().MaxBy(claim => claim.Generation.Epoch);
        if (newest is null)
            return await StartEmptyAsync(Generation.Begin(epoch: 1), PartitionOrigin.New).ConfigureAwait(false);

        // Another host can have taken the partition over only if the owner of this copy saw it in the cluster before.
        HashSet<Guid> asked = [node.Hosts.Self, .. answers.Select(answer => answer.CopyLocation!.Host)];
        if (node.Settings.WithoutProof == WithoutProof.Cold && !newest.Hosts.All(asked.Contains))
            return await StartEmptyAsync(newest.Generation.Next(), PartitionOrigin.Lost).ConfigureAwait(false);
        return node.Files.Has(partition, newest.Generation)
            ? await LetCountAsync(newest.Generation, PartitionOrigin.Warm).ConfigureAwait(false)
            : await MoveHereAsync(newest.Generation).ConfigureAwait(false);
    }

    private async Task<ActivePartition> StartEmptyAsync(Generation generation, PartitionOrigin origin)
    {
        await OwnThread.Run(() => node.CreateFile(partition, generation).Dispose()).ConfigureAwait(false);
        return await LetCountAsync(generation, origin).ConfigureAwait(false);
    }

    /// <summary>
    /// Makes a complete copy the one that counts, and this process its owner. If that fails the file stays: the copy may count all
    /// the same. The steps are those of docs/Sharding.md, "A removed owner stores nothing".
    /// </summary>
    private async Task<ActivePartition> LetCountAsync(Generation generation, PartitionOrigin origin)
    {
        TableRef table = await OwnThread.Run(() => Open(generation)).ConfigureAwait(false);
        try
        {
            // Before the register is written: who has been removed by then is not answered.
            long seen = await OwnThread.Run(() => table.ReadDirectly(static table => table.OwnerEpoch)).ConfigureAwait(false);
            await node.Register.WriteAsync(partition, generation, cancellation).ConfigureAwait(false);
            return await OwnThread.Run(() => TakeOver(table, seen, generation, origin)).ConfigureAwait(false);
        }
        catch
        {
            table.Abandon();
            throw;
        }
    }

    private TableRef Open(Generation generation) =>
        NetshmExtension.Get(node.System).OpenPartition(node.Name, partition, node.SettingsOf(partition, generation));

    private ActivePartition TakeOver(TableRef table, long seen, Generation generation, PartitionOrigin origin)
    {
        long epoch = table.RaiseOwnerEpoch(seen);
        var active = new ActivePartition(partition, table, epoch, generation, origin, table.Count);

        // Before the first write is acknowledged, so that a restart of all nodes finds it.
        node.Ledger.Note(active, node.Hosts.All);
        return active;
    }
}

using System.Globalization;
using Netshm.TestKit;
using Xunit.Abstractions;

namespace Netshm.Actors.Tests.Cluster;

/// <summary>Near caches in four processes on two hosts, all of which write.</summary>
public sealed class NearCacheClusterTests(ITestOutputHelper output) : ClusterSpec
{
    private const int Workers = 4;
    private const int Keys = 25;
    private const int Writes = 200;

    [Fact]
    public async Task After_random_writes_from_both_hosts_every_cache_has_what_the_models_say()
    {
        ChildProcess first = Start("near", Host, "first", Temp.Name.ToString(), "0");
        string address = first.ReadLine();
        ChildProcess[] workers =
        [
            first,
            Start("near", Host, address, Temp.Name.ToString(), "1"),
            Start("near", OtherHost, address, "remote", "2"),
            Start("near", OtherHost, address, "remote", "3"),
        ];
        foreach (ChildProcess worker in workers[1..])
            _ = worker.ReadLine();

        var seeds = new Random(Seed.Take(output).Value);
        for (int round = 0; round < 2; round++)
        {
            foreach (ChildProcess worker in workers)
                worker.WriteLine(FormattableString.Invariant($"run {seeds.Next()} {Keys} {Writes}"));
            string model = string.Join(' ', workers.Select(worker => worker.ReadLine()).ToList());
            foreach (ChildProcess worker in workers)
                await AssertThatItHas(worker, model);
        }
    }

    /// <summary>Changes take their time to another host; when they are there, everything is right and in the cache.</summary>
    private static Task<string> AssertThatItHas(ChildProcess worker, string model)
    {
        string right = FormattableString.Invariant($"{model} hits={Workers * Keys}");
        return EventuallyAsync(
            () => Task.Run(() => worker.Ask("check " + Keys.ToString(CultureInfo.InvariantCulture))),
            answer => answer == right);
    }
}

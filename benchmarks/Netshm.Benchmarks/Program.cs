using System.Globalization;
using Netshm.Benchmarks;
using Netshm.Benchmarks.Changes;
using Netshm.Benchmarks.Comparison;
using Netshm.Benchmarks.Peers;
using Netshm.Benchmarks.Sharding;

return args switch
{
    ["suite", .. var options] => SuiteCommand.Run(options, PeerCatalog.All, Console.Out),
    ["compare", .. var options] => CompareCommand.Run(options, Console.Out),
    ["peer", var name] => new StoreServer(PeerCatalog.StoreOf(name)).Serve(Console.In, Console.Out),
    ["changes"] => ChangeFeedComparison.Run(bindingCount: 200_000, rounds: 15),
    ["change-subscriber", var table, var wait, var count] =>
        await ChangeSubscriber.Run(table, wait, int.Parse(count, CultureInfo.InvariantCulture)),
    ["sharding"] => await ShardingComparison.RunAsync(operations: 10_000, rounds: 5),
    ["sharding-node", var files, var seed] => await BenchmarkNode.RunAsync(files, seed),
    _ => SuiteCommand.Usage(),
};

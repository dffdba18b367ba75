using System.Globalization;
using Netshm.Benchmarks;
using Netshm.Benchmarks.Changes;
using Netshm.Benchmarks.Peers;

return args switch
{
    ["suite", .. var options] => SuiteCommand.Run(options, PeerCatalog.All, Console.Out),
    ["peer", var name] => new StoreServer(PeerCatalog.StoreOf(name)).Serve(Console.In, Console.Out),
    ["changes"] => ChangeFeedComparison.Run(bindingCount: 200_000, rounds: 15),
    ["change-subscriber", var table, var wait, var count] =>
        await ChangeSubscriber.Run(table, wait, int.Parse(count, CultureInfo.InvariantCulture)),
    _ => SuiteCommand.Usage(),
};

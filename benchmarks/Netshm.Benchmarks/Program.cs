using System.Globalization;
using Netshm.Benchmarks;
using Netshm.Benchmarks.Changes;

return args switch
{
    ["ocamlnet"] => OcamlnetComparison.Run(bindingCount: 200_000, rounds: 5),
    ["ocamlnet", var count, var rounds] => OcamlnetComparison.Run(Number(count), Number(rounds)),
    ["actors"] => ActorComparison.Run(operations: 100_000, rounds: 5),
    ["actors", var count, var rounds] => ActorComparison.Run(Number(count), Number(rounds)),
    ["reads"] => ReadComparison.Run(bindingCount: 200_000, rounds: 7),
    ["reads", var count, var rounds] => ReadComparison.Run(Number(count), Number(rounds)),
    ["changes"] => ChangeFeedComparison.Run(bindingCount: 200_000, rounds: 15),
    ["change-subscriber", var table, var wait, var count] => await ChangeSubscriber.Run(table, wait, Number(count)),
    ["neighbour", var table, var count] => Neighbour.Run(table, Number(count)),
    ["reader", var table, var count] => ReadingProcess.Run(table, Number(count)),
    _ => Usage(),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

static int Usage()
{
    Console.Error.WriteLine(
        "usage: Netshm.Benchmarks ocamlnet [BINDINGS ROUNDS] | reads [BINDINGS ROUNDS] | actors [OPERATIONS ROUNDS] | changes");
    return 2;
}

namespace Netshm.Worker;

/// <summary>
/// <c>transact-and-hold NAME</c>: in a transaction replaces the bindings of the keys 0 to 4, removes those of 5 to 9 and
/// adds keys from 1000 on until new pages are needed and the table is laid out anew; says "held", and keeps the transaction
/// open until a line of input.
/// </summary>
internal static class TransactAndHoldCommand
{
    private const int Replaced = 5, Keys = 10, FirstNewKey = 1000, NewKeys = 500;

    public static int Run(string name)
    {
        using ShmTable table = WorkerTable.Open(name, nameof(LockingMethod.Futex));
        table.Transact(() =>
        {
            for (int key = 0; key < Replaced; key++)
                table.Replace(key, [-1, -1, -1]);
            for (int key = Replaced; key < Keys; key++)
                _ = table.Remove(key);
            for (int key = FirstNewKey; key < FirstNewKey + NewKeys; key++)
                table.Add(key, new int[100]);
            Console.WriteLine("held");
            Console.ReadLine();
        });
        return 0;
    }
}

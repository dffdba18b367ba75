using Netshm.TestKit;

namespace Netshm.Tests.Typed;

/// <summary>
/// Random commands to a hash table, each carried out here or by real Ocamlnet on the same file, and their answers
/// compared with a model.
/// </summary>
internal sealed class TypedScript<TKey, TValue>(
    OcamlType<TKey> keys, OcamlType<TValue> values, ShmHashtable<TKey, TValue> table, ChildProcess? oracle)
{
    private static readonly string[] _verbs = ["add", "add", "replace", "replace", "remove", "find", "find_all", "mem"];
    private static readonly string[] _rareVerbs = ["length", "iter", "iter_keys"];
    private readonly TypedModel _model = new();

    /// <summary>Runs the commands, on keys that are often the same ones.</summary>
    public void Run(Random random, int commands)
    {
        TKey[] pool = [.. Enumerable.Range(0, 12).Select(_ => keys.Generate(random))];
        for (int i = 0; i < commands; i++)
        {
            string verb = random.Next(20) == 0 ? Choose(_rareVerbs, random) : Choose(_verbs, random);
            TKey key = random.Next(20) == 0 ? keys.Generate(random) : Choose(pool, random);
            TValue value = values.Generate(random);
            bool isOcaml = oracle is not null && random.Next(2) == 0;
            string command = $"command {i}: {(isOcaml ? "OCaml" : ".NET")} {verb} {keys.Write(key)}";
            string answer = isOcaml ? AnswerOfOcaml(verb, key, value) : Answer(verb, key, value);
            Assert.Equal((command, _model.Answer(verb, keys.Write(key), values.Write(value))), (command, answer));
        }
    }

    private static T Choose<T>(T[] choices, Random random) => choices[random.Next(choices.Length)];

    private string Answer(string verb, TKey key, TValue value)
    {
        switch (verb)
        {
            case "add":
                table.Add(key, value);
                return "ok";
            case "replace":
                table.Replace(key, value);
                return "ok";
            case "remove":
                bool wasBound = table.Contains(key);
                Assert.Equal(wasBound, table.Remove(key));
                return "ok";
            case "find":
                return table.TryFind(key, out TValue? found) ? values.Write(found) : "unbound";
            case "find_all":
                return string.Join(' ', table.FindAll(key).Select(values.Write));
            case "mem":
                return table.Contains(key) ? "true" : "false";
            case "length":
                return $"{table.Count}";
            case "iter":
                var bindings = new List<string>();
                table.Iterate((boundKey, bound) => bindings.Add($"{keys.Write(boundKey)}={values.Write(bound)}"));
                return TypedModel.ByKey(bindings);
            case "iter_keys":
                var boundKeys = new List<string>();
                table.IterateKeys(boundKey => boundKeys.Add(keys.Write(boundKey)));
                return TypedModel.ByKey(boundKeys);
            default:
                throw new ArgumentException(verb, nameof(verb));
        }
    }

    private string AnswerOfOcaml(string verb, TKey key, TValue value)
    {
        string keyText = keys.Write(key);
        return verb switch
        {
            "add" or "replace" => oracle!.Ask($"{verb} {keyText} {values.Write(value)}"),
            "length" => oracle!.Ask(verb),
            "iter" => TypedModel.ByKey(List(oracle!.Ask(verb))),

            // The original gives a key again after one of the same hash.
            "iter_keys" => TypedModel.ByKey(List(oracle!.Ask(verb)).Distinct()),
            _ => oracle!.Ask($"{verb} {keyText}"),
        };
    }

    private static string[] List(string answer) => answer.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}

namespace Netshm.Tests.Typed;

/// <summary>What a typed table is to hold, in the oracle's notation, and what it is to answer.</summary>
internal sealed class TypedModel
{
    private readonly Dictionary<string, Stack<string>> _bindings = [];

    /// <summary>Carries a command of the oracle out.</summary>
    public string Answer(string verb, string key, string value)
    {
        Stack<string> values = _bindings.GetValueOrDefault(key) ?? new Stack<string>();
        switch (verb)
        {
            case "add":
                values.Push(value);
                _bindings[key] = values;
                return "ok";
            case "replace":
                _ = values.TryPop(out _);
                return Answer("add", key, value);
            case "remove":
                if (values.TryPop(out _) && values.Count == 0)
                    _bindings.Remove(key);
                return "ok";
            case "find":
                return values.TryPeek(out string? newest) ? newest : "unbound";
            case "find_all":
                return string.Join(' ', values);
            case "mem":
                return values.Count > 0 ? "true" : "false";
            case "length":
                return $"{_bindings.Values.Sum(stack => stack.Count)}";
            case "iter":
                return ByKey(_bindings.SelectMany(pair => pair.Value.Select(bound => $"{pair.Key}={bound}")));
            case "iter_keys":
                return ByKey(_bindings.Keys);
            default:
                throw new ArgumentException(verb, nameof(verb));
        }
    }

    /// <summary>Orders bindings or keys by key, and leaves the bindings of one key in their order.</summary>
    public static string ByKey(IEnumerable<string> bindings) =>
        string.Join(' ', bindings.OrderBy(binding => binding.Split('=')[0], StringComparer.Ordinal));
}

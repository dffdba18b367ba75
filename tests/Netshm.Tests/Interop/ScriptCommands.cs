using System.Globalization;
using System.Text;
using Netshm.TestKit;

namespace Netshm.Tests.Interop;

/// <summary>Carries out oracle.ml's commands on a table of ours and on a model, with the same answers.</summary>
internal static class ScriptCommands
{
    private const string Unbound = "! Not_found";

    /// <summary>The answer of our library.</summary>
    public static string Answer(ShmTable table, string line)
    {
        switch (line.Split(' '))
        {
            case ["add", var key, var value]:
                table.Add(Int(key), TableDump.ParseValue(value));
                return "ok";
            case ["replace", var key, var value]:
                table.Replace(Int(key), TableDump.ParseValue(value));
                return "ok";
            case ["find", var key]:
                return Find(table, Int(key));
            case ["find_all", var key]:
                return Format(table.FindAll(Int(key)));
            case ["mem", var key]:
                return Format(table.Contains(Int(key)));
            case ["remove", var key]:
                return Format(table.Remove(Int(key)));
            case ["length"]:
                return Format(table.Count);
            case ["iter"]:
                return TableDump.Format(table);
            case ["iter_keys"]:
                return FormatKeys(table);
            case ["read_blocks", var key]:
                return ReadBlocks(table, Int(key));
            case ["write_remove", var key, var age]:
                return Format(RemoveBinding(table, Int(key), Int(age)));
            case ["write_edit", var key, var age, var word, var value]:
                return Format(EditBinding(table, Int(key), Int(age), Int(word), Int(value)));
            case ["increment", var key]:
                return Format(Increment(table, Int(key)));
            default:
                throw new ArgumentException($"Not a command: {line}", nameof(line));
        }
    }

    /// <summary>The answer of the model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="wordsPerPage">The page size of the table that is modelled.</param>
    /// <param name="line">The command.</param>
    public static string Expect(TableModel model, int wordsPerPage, string line)
    {
        switch (line.Split(' '))
        {
            case ["add", var key, var value]:
                model.Add(Int(key), TableDump.ParseValue(value));
                return "ok";
            case ["replace", var key, var value]:
                model.Replace(Int(key), TableDump.ParseValue(value));
                return "ok";
            case ["find", var key]:
                return model.Find(Int(key)) is { } found ? TableDump.Format(found) : Unbound;
            case ["find_all", var key]:
                return Format(model.FindAll(Int(key)));
            case ["mem", var key]:
                return Format(model.Contains(Int(key)));
            case ["remove", var key]:
                return Format(model.Remove(Int(key)));
            case ["length"]:
                return Format(model.Count);
            case ["iter"]:
                return TableDump.Format(model);
            case ["iter_keys"]:
                return string.Join(' ', model.Keys.Order());
            case ["read_blocks", var key]:
                return string.Concat(model.FindAll(Int(key)).Select(value => Fragments(value, wordsPerPage)));
            case ["write_remove", var key, var age]:
                return Format(model.RemoveAt(Int(key), Int(age)));
            case ["write_edit", var key, var age, var word, var value]:
                return Format(EditBinding(model, Int(key), Int(age), Int(word), Int(value)));
            case ["increment", var key]:
                return Format(Increment(model, Int(key)));
            default:
                throw new ArgumentException($"Not a command: {line}", nameof(line));
        }
    }

    private static string Find(ShmTable table, int key)
    {
        try
        {
            return TableDump.Format(table.Find(key));
        }
        catch (KeyNotFoundException)
        {
            return Unbound;
        }
    }

    private static string FormatKeys(ShmTable table)
    {
        List<int> keys = [];
        table.IterateKeys(keys.Add);
        return string.Join(' ', keys.Order());
    }

    private static string ReadBlocks(ShmTable table, int key)
    {
        var text = new StringBuilder();
        bool isFirst = true;
        table.ReadBlocks(key, (fragment, isEnd) =>
        {
            if (!isEnd && !isFirst)
                text.Append('|');
            text.Append(isEnd ? ";" : TableDump.Format(fragment));
            isFirst = isEnd;
            return BlockControl.Continue;
        });
        return text.ToString();
    }

    private static string Fragments(int[] value, int wordsPerPage)
    {
        int inFirstPage = Math.Min(value.Length, wordsPerPage - 6);
        IEnumerable<int[]> fragments = [value[..inFirstPage], .. value.Skip(inFirstPage).Chunk(wordsPerPage - 4)];
        return string.Join('|', fragments.Select(fragment => TableDump.Format(fragment))) + ";";
    }

    private static bool RemoveBinding(ShmTable table, int key, int age)
    {
        int passed = 0;
        bool isRemoved = false;
        table.WriteBlocks(key, WriteOperations.RemoveBinding, (_, isEnd) =>
        {
            isRemoved = passed == age;
            if (isRemoved)
                return BlockDecision.Remove(BlockControl.Break);
            passed += isEnd ? 1 : 0;
            return BlockDecision.Continue;
        });
        return isRemoved;
    }

    private static bool EditBinding(ShmTable table, int key, int age, int word, int newWord)
    {
        int passed = 0;
        int start = 0;
        bool isEdited = false;
        table.WriteBlocks(key, WriteOperations.None, (fragment, isEnd) =>
        {
            if (passed == age && word >= start && word < start + fragment.Length)
            {
                fragment[word - start] = newWord;
                isEdited = true;
            }

            start = isEnd ? 0 : start + fragment.Length;
            passed += isEnd ? 1 : 0;
            return BlockDecision.Continue;
        });
        return isEdited;
    }

    private static bool EditBinding(TableModel model, int key, int age, int word, int newWord)
    {
        IReadOnlyList<int[]> values = model.FindAll(key);
        if (age >= values.Count || word >= values[age].Length)
            return false;
        values[age][word] = newWord;
        return true;
    }

    private static int Increment(ShmTable table, int key) => table.Group(() =>
    {
        int[] value = table.TryFind(key, out int[]? found) ? found : [0];
        value[0]++;
        table.Replace(key, value);
        return value[0];
    });

    private static int Increment(TableModel model, int key)
    {
        int[] value = model.Find(key) ?? [0];
        value[0]++;
        model.Replace(key, value);
        return value[0];
    }

    private static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string Format(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Format(bool answer) => answer ? "true" : "false";

    private static string Format(IReadOnlyList<int[]> values) =>
        string.Join(' ', values.Select(value => TableDump.Format(value)));
}

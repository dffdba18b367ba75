using Netshm.TestKit;

namespace Netshm.Tests.Interop;

/// <summary>Makes up the commands of a random script, in oracle.ml's language.</summary>
internal sealed class ScriptWriter
{
    private readonly Random _random;
    private readonly int _wordsPerPage;
    private readonly bool _isGrowing;
    private int _nextFreshKey = 1000;

    /// <summary>Decides on the kind of script.</summary>
    public ScriptWriter(Random random, int wordsPerPage)
    {
        _random = random;
        _wordsPerPage = wordsPerPage;
        _isGrowing = random.Next(4) == 0;
        Length = _isGrowing ? 150 : random.Next(10, 60);
        Init = _isGrowing || random.Next(2) == 0 ? random.Next(1, 6) : null;
    }

    /// <summary>The number of commands.</summary>
    public int Length { get; }

    /// <summary>The size hint that the table is created with; small where it is to outgrow it.</summary>
    public int? Init { get; }

    /// <summary>Makes up a command that fits the model's present content.</summary>
    public string NextCommand(TableModel model)
    {
        if (_isGrowing && _random.Next(3) > 0)
            return FormattableString.Invariant($"add {_nextFreshKey++} {Value()}");
        int key = Key();
        int age = _random.Next(model.FindAll(key).Count + 1);
        return _random.Next(15) switch
        {
            0 or 1 or 2 => FormattableString.Invariant($"add {key} {Value()}"),
            3 or 4 => FormattableString.Invariant($"replace {key} {Value()}"),
            5 or 6 => FormattableString.Invariant($"remove {key}"),
            7 => FormattableString.Invariant($"find {key}"),
            8 => FormattableString.Invariant($"find_all {key}"),
            9 => FormattableString.Invariant($"mem {key}"),
            10 => FormattableString.Invariant($"read_blocks {key}"),
            11 => FormattableString.Invariant($"write_remove {key} {age}"),
            12 => FormattableString.Invariant($"write_edit {key} {age} {_random.Next(2 * _wordsPerPage)} {Word()}"),
            13 when model.Find(key) is not [] => FormattableString.Invariant($"increment {key}"),
            _ => WholeTable(),
        };
    }

    private string WholeTable() => _random.Next(3) switch
    {
        0 => "length",
        1 => "iter",
        _ => "iter_keys",
    };

    /// <summary>A key of a few, which are bound again and again and share probe sequences.</summary>
    private int Key() => _random.Next(10) switch
    {
        0 => int.MinValue,
        1 => int.MaxValue,
        2 => 0,
        3 => -1,
        4 => -1000,
        5 when _isGrowing => _random.Next(1000, _nextFreshKey + 1),
        var other => other * 18,
    };

    private int Word() => _random.Next(8) switch
    {
        0 => int.MinValue,
        1 => int.MaxValue,
        2 => -1,
        _ => _random.Next(),
    };

    /// <summary>A value whose length is mostly at a page's edge.</summary>
    private string Value()
    {
        int onePage = _wordsPerPage - 6;
        int twoPages = onePage + _wordsPerPage - 4;
        int length = _random.Next(8) switch
        {
            0 => 0,
            1 => onePage - 1,
            2 => onePage,
            3 => onePage + 1,
            4 => twoPages + _random.Next(-1, 2),
            5 => _random.Next(5 * _wordsPerPage),
            _ => _random.Next(1, 5),
        };
        int[] value = new int[length];
        for (int i = 0; i < length; i++)
            value[i] = Word();
        return TableDump.Format(value);
    }
}

namespace Netshm.Exploration;

/// <summary>What kind of table a script has, and what it puts there.</summary>
internal sealed class ScriptShape
{
    private const int SmallestPage = 64;

    /// <summary>More words than the journal has records for the pages of.</summary>
    public const int HugeLength = 900_000;

    /// <summary>As many pages as neither the table nor the journal has room for at first.</summary>
    private const int LongPages = 2600;

    private static readonly int[] s_pageSizes = [SmallestPage, SmallestPage, SmallestPage, 96, 128, 160, 256, 512];
    private static readonly int[] s_inits = [1, 1, 4, 8, 20, 40];
    private static readonly int[] s_keys = [4, 12, 30, 80];

    private readonly Random _random;
    private readonly bool _hasLongValues;
    private readonly bool _hasHugeValues;
    private int _values;

    public ScriptShape(Random random, int seed)
    {
        const int seedsPerHugeOne = 100, seedsPerLongOnes = 40;
        _random = random;
        _hasHugeValues = seed % seedsPerHugeOne == 0;
        _hasLongValues = seed % seedsPerLongOnes is 0 or 3 or 4 && !_hasHugeValues; // One for each locking method.
        Keys = Draw(s_keys);
        DrawTable();
    }

    /// <summary>The page size in bytes.</summary>
    public int PageSize { get; private set; }

    /// <summary>For how many elements the table is laid out.</summary>
    public int Init { get; private set; }

    /// <summary>How many keys there are.</summary>
    public int Keys { get; }

    /// <summary>How many steps the script has.</summary>
    public int DrawSteps() => _hasHugeValues ? 16 : _random.Next(30, 81);

    /// <summary>Whether a process is to die in what it does next, or later.</summary>
    public bool DrawDeath() => _random.Next(_hasHugeValues ? 2 : 10) == 0;

    /// <summary>How many stores a process has until it dies: within what an opening takes, or a long value.</summary>
    public int DrawStoresToLive()
    {
        const int usual = 120, ofLongValue = 3000, ofHugeValue = 500_000;
        if (_hasHugeValues)
            return _random.Next(1, ofHugeValue);
        return _random.Next(1, _hasLongValues && _random.Next(2) == 0 ? ofLongValue : usual);
    }

    /// <summary>Draws how a table is created.</summary>
    public void DrawTable()
    {
        PageSize = _hasLongValues || _hasHugeValues ? SmallestPage : Draw(s_pageSizes);
        Init = Draw(s_inits);
    }

    /// <summary>A key; some are far from the others, and search the same cells as they do.</summary>
    public int DrawKey() => _random.Next(8) == 0 ? (_random.Next(Keys) * 1000) - 7 : _random.Next(Keys);

    /// <summary>A value that is like no other.</summary>
    public int[] DrawValue() => MakeValue(DrawLength());

    /// <summary>A value that a table has room for wherever it is in it.</summary>
    public int[] DrawShortValue() => MakeValue(_random.Next(1, 4));

    /// <summary>Draws one of some numbers.</summary>
    public int Draw(int[] choices) => choices[_random.Next(choices.Length)];

    private int[] MakeValue(int lengthInWords)
    {
        const int valuesApart = 1 << 20;
        int first = ++_values * valuesApart;
        int[] value = new int[lengthInWords];
        for (int i = 0; i < value.Length; i++)
            value[i] = first + i;
        return value;
    }

    /// <summary>Often one page or a part of it, to the word; now and then several pages.</summary>
    private int DrawLength()
    {
        int page = PageSize / sizeof(int);
        int first = page - 6, further = page - 4;
        if (_hasHugeValues && _random.Next(3) == 0)
            return HugeLength;
        if (_hasLongValues && _random.Next(12) == 0)
            return further * (_random.Next(8) == 0 ? LongPages : _random.Next(50, 250));
        return _random.Next(10) switch
        {
            0 => 0,
            1 => first,
            2 => first + 1,
            3 => first + further,
            4 => first + (further * _random.Next(1, 4)) + 1,
            _ => _random.Next(1, first),
        };
    }
}

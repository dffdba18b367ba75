using Netshm.TestKit;

namespace Netshm.Tests.Promises;

/// <summary>A table on a file system that is filled up round about it, its model, and what is then done to both.</summary>
internal sealed class FullTable : IDisposable
{
    private const int FailuresWanted = 6;
    private static readonly int[] s_pageSizes = [64, 160, 256, 1024];

    private readonly SmallFileSystem _disk;
    private readonly Random _random;
    private readonly SharedMemoryName _name;
    private readonly ShmTable _table;
    private TableModel _model = new();

    public FullTable(SmallFileSystem disk, LockingMethod locking, Random random)
    {
        _disk = disk;
        _random = random;
        _name = SharedMemoryName.File($"{disk.Directory}/table");
        _table = ShmTable.Open(_name, new ShmTableOptions
        {
            Init = random.Next(2, 200),
            PageSize = s_pageSizes[random.Next(s_pageSizes.Length)],
            Locking = locking,
        });
    }

    /// <summary>Modifies the table until there was no room for six modifications, then makes room and does one again.</summary>
    /// <returns>How often there was no room.</returns>
    public int Run()
    {
        const int mostSteps = 100_000;
        for (int i = _random.Next(100); i > 0; i--)
            Assert.True(TryModify());
        string ballast = _disk.LeaveFree(_random.Next(200_000) & ~4095);
        int failures = 0;
        for (int step = 0; step < mostSteps && failures < FailuresWanted; step++)
        {
            if (TryModify())
                continue;
            failures++;
            AssertAsModel();
            if (failures < FailuresWanted)
                RemoveSome();
        }

        Assert.Equal(FailuresWanted, failures);
        string[] files = _table.Locking == LockingMethod.Futex
            ? [ballast, _name.MemoryPath, _name.MemoryPath + ".netshm"]
            : [ballast, _name.MemoryPath];
        Assert.Equal(files, Directory.GetFiles(_disk.Directory).Order());
        File.Delete(ballast);
        for (int i = 0; i < 10; i++)
            Assert.True(TryModify());
        AssertAsModel();
        return failures;
    }

    public void Dispose() => _table.Dispose();

    /// <summary>Modifies table and model; false when there was no room, and then the model is as before.</summary>
    private bool TryModify()
    {
        TableModel before = _model.Copy();
        try
        {
            if (_table.Locking == LockingMethod.Futex && _random.Next(6) == 0)
                ModifyInTransaction();
            else
                Modify();
            return true;
        }
        catch (OutOfSpaceException e)
        {
            Assert.Contains(_name.ToString(), e.Message, StringComparison.Ordinal);
            _model = before;
            return false;
        }
    }

    private void ModifyInTransaction() => _table.Transact(() =>
    {
        for (int i = _random.Next(30); i >= 0; i--)
            Modify();
    });

    private void Modify()
    {
        int key = _random.Next(8) == 0 ? _random.Next(20) : _random.Next();
        int[] value = new int[_random.Next(20) switch { 0 => _random.Next(20_000), 1 => 0, _ => _random.Next(300) }];
        value.AsSpan().Fill(key);
        if (_random.Next(3) == 0)
        {
            _table.Replace(key, value);
            _model.Replace(key, value);
        }
        else
        {
            _table.Add(key, value);
            _model.Add(key, value);
        }
    }

    /// <summary>Removing takes no room, so it works in a full table; some of what gets free is used again then.</summary>
    private void RemoveSome()
    {
        foreach (int key in _model.Keys.Take(_random.Next(10)).ToArray())
        {
            Assert.True(_table.Remove(key));
            Assert.True(_model.Remove(key));
        }
    }

    private void AssertAsModel()
    {
        TableReport report = _table.Check();
        Assert.True(report.IsConsistent, report.ToString());
        Assert.Equal(TableDump.Format(_model), TableDump.Format(_table));
    }
}

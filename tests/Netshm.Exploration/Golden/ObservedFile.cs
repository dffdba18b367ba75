using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Netshm.Exploration;

/// <summary>How often a block of a file is stored to.</summary>
internal enum BlockUse
{
    /// <summary>Never, as far as it was seen.</summary>
    Idle,

    /// <summary>It has changed since the file came, or one beside it has.</summary>
    InUse,

    /// <summary>In every script.</summary>
    Usual,
}

/// <summary>One of a table's files, and what it held when it was last looked at.</summary>
internal sealed unsafe class ObservedFile : IDisposable
{
    private const int BlockLength = 4096;
    private const int Absent = -1;

    private readonly string _name;
    private readonly string _path;
    private readonly VaryingBytes[] _varying;
    private readonly int[] _usualBlocks;
    private readonly bool _isShortLived;
    private SafeFileHandle? _file;
    private MemoryMappedViewAccessor? _view;
    private byte* _start;
    private byte[] _known = [];
    private BlockUse[] _blocks = [];

    /// <param name="name">What traces call it.</param>
    /// <param name="path">Where it lies, when it is there.</param>
    /// <param name="varying">Which of its bytes are not the same in each run.</param>
    /// <param name="usualBlocks">Which of its blocks every script stores to.</param>
    /// <param name="isShortLived">Whether another file may take its place between two looks.</param>
    public ObservedFile(string name, string path, VaryingBytes[] varying, int[] usualBlocks, bool isShortLived = false)
    {
        _name = name;
        _path = path;
        _varying = varying;
        _usualBlocks = usualBlocks;
        _isShortLived = isShortLived;
    }

    /// <summary>How long it was when it was last looked at; -1 when it was not there.</summary>
    public long Length { get; private set; } = Absent;

    /// <summary>A word as it was then; 0 beyond the end.</summary>
    public int Word(int offset) => offset < Length ? MemoryMarshal.Read<int>(_known.AsSpan(offset)) : 0;

    /// <summary>Looks whether it is there at all, and which file it is.</summary>
    public void Find()
    {
        bool isThere = File.Exists(_path);
        if (_file is not null && (!isThere || _isShortLived))
            LetGo();
        if (isThere && _file is null)
            _file = File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>Tells what has changed since the last look.</summary>
    /// <param name="trace">Where it is told.</param>
    /// <param name="store">The number of the last store.</param>
    /// <param name="least">Which blocks to look at: those that are of such use, or more.</param>
    /// <returns>Whether anything has changed.</returns>
    public bool Look(Trace trace, long store, BlockUse least)
    {
        long length = _file is null ? Absent : RandomAccess.GetLength(_file);
        bool isChanged = length != Length;
        if (isChanged)
        {
            trace.TellLength(store, _name, length);
            Array.Resize(ref _known, (int)Math.Max(0, length)); // What it has become longer by was zero.
            Array.Resize(ref _blocks, (_known.Length + BlockLength - 1) / BlockLength);
            foreach (int block in _usualBlocks)
                Use(block, BlockUse.Usual);
            Length = length;
        }

        if (isChanged || _view is null)
            Map();
        for (int offset = 0; offset < _known.Length; offset += BlockLength)
        {
            int block = offset / BlockLength;
            if (_blocks[block] < least)
                continue;
            int count = Math.Min(BlockLength, _known.Length - offset);

            // SAFETY: the view has Length bytes, and nothing shortens the file meanwhile.
            var now = new ReadOnlySpan<byte>(_start + offset, count);
            Span<byte> known = _known.AsSpan(offset, count);
            if (now.SequenceEqual(known))
                continue;
            TellChanges(trace, store, offset, MemoryMarshal.Cast<byte, int>(known), MemoryMarshal.Cast<byte, int>(now));
            now.CopyTo(known);
            for (int beside = block - 1; beside <= block + 1; beside++)
                Use(beside, BlockUse.InUse);
            isChanged = true;
        }

        return isChanged;
    }

    public void Dispose() => LetGo();

    private void Use(int block, BlockUse use)
    {
        if (block >= 0 && block < _blocks.Length && _blocks[block] < use)
            _blocks[block] = use;
    }

    private void TellChanges(Trace trace, long store, int blockOffset, ReadOnlySpan<int> known, ReadOnlySpan<int> now)
    {
        for (int i = known.CommonPrefixLength(now); i < now.Length; i++)
        {
            if (known[i] == now[i])
                continue;
            int offset = blockOffset + (i * sizeof(int));
            if (VaryingAt(offset) is { } varying)
            {
                i = ((varying.End - blockOffset) / sizeof(int)) - 1; // It has changed as a whole.
                if (varying.IsTold)
                {
                    var bytes = new ReadOnlySpan<byte>(_start + varying.Offset, varying.Length);
                    trace.TellVarying(store, _name, varying.Offset, isZero: !bytes.ContainsAnyExcept((byte)0));
                }

                continue;
            }

            int end = i + 1;
            while (end < now.Length && known[end] != now[end] && VaryingAt(blockOffset + (end * sizeof(int))) is null)
                end++;
            trace.TellWords(store, _name, offset, now[i..end]);
            i = end - 1;
        }
    }

    private VaryingBytes? VaryingAt(int offset)
    {
        foreach (VaryingBytes varying in _varying)
        {
            if (offset < varying.End)
                return offset >= varying.Offset ? varying : null;
        }

        return null;
    }

    private void Map()
    {
        Unmap();
        if (Length <= 0)
            return;
        using var map = MemoryMappedFile.CreateFromFile(
            _file!, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = map.CreateViewAccessor(0, Length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    private void Unmap()
    {
        if (_view is null)
            return;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _view = null;
        _start = null;
    }

    private void LetGo()
    {
        Unmap();
        _file?.Dispose();
        _file = null;
    }
}

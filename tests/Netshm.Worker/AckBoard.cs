using System.IO.MemoryMappedFiles;

namespace Netshm.Worker;

/// <summary>What a slot's key is to be bound to: the versions of its bindings, the newest first.</summary>
/// <param name="Key">The key.</param>
/// <param name="Versions">The versions; none when the key is not bound.</param>
public sealed record SlotState(int Key, IReadOnlyList<int> Versions);

/// <summary>What the board counts.</summary>
public enum BoardCounter
{
    /// <summary>Writes that were acknowledged.</summary>
    Writes,

    /// <summary>Values of others that were read and found whole.</summary>
    Reads,

    /// <summary>Transactions that were taken back by an exception.</summary>
    TakenBack,

    /// <summary>Recoveries after a death.</summary>
    Recoveries,

    /// <summary>Recoveries that took stores back.</summary>
    Undone,

    /// <summary>Recoveries that looked at the whole table.</summary>
    Scans,

    /// <summary>Recoveries that finished a rehash.</summary>
    Rehashes,

    /// <summary>Operations that a successor found begun: done or not, but never half.</summary>
    Unacknowledged,
}

/// <summary>A file, mapped by workers and their test, in which what was acknowledged survives a kill.</summary>
/// <remarks>
/// Each worker has slots of its own, each for one key at a time. A slot has two states: the acknowledged one, and
/// while a write is under way the one it leads to. One store acknowledges a write, so a kill leaves the one or the
/// other.
/// </remarks>
public sealed class AckBoard : IDisposable
{
    /// <summary>The slots of a worker.</summary>
    public const int Slots = 80;

    /// <summary>The last slots of a worker are for pairs of keys, which have the same versions at any time.</summary>
    public const int FirstPairSlot = 64;

    /// <summary>The most bindings a key may have.</summary>
    public const int MostVersions = 4;

    private const int StateInBytes = (2 + MostVersions) * sizeof(int);
    private const int SlotInBytes = 64;
    private const int CountersInBytes = 128;
    private const int WorkerInBytes = CountersInBytes + (Slots * SlotInBytes);
    private const int SelectorBit = 1, BegunBit = 2;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private AckBoard(MemoryMappedFile file)
    {
        _file = file;
        _view = file.CreateViewAccessor();
    }

    /// <summary>Makes a board for so many workers; each slot begins with a key of its own that is not bound.</summary>
    public static AckBoard Create(string path, int workers)
    {
        var board = new AckBoard(
            MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, null, workers * WorkerInBytes));
        for (int worker = 0; worker < workers; worker++)
        {
            for (int slot = 0; slot < Slots; slot++)
                board.Write(worker, slot, copy: 0, new SlotState(FirstKey(worker, slot), []));
        }

        return board;
    }

    /// <summary>Opens a board.</summary>
    public static AckBoard Open(string path) => new(MemoryMappedFile.CreateFromFile(path, FileMode.Open));

    /// <summary>The key that takes a slot when this one is done with: no other slot ever has it.</summary>
    public static int NextKey(int key) => (key + (1 << 16)) & ((1 << 30) - 1);

    /// <summary>The second key of a pair.</summary>
    public static int Partner(int key) => ~key;

    /// <summary>The keys that a transaction of a slot adds and removes again.</summary>
    public static int PassingKey(int worker, int slot, int number) => (1 << 30) + (FirstKey(worker, slot) << 10) + number;

    /// <summary>Whether a write of a slot is under way.</summary>
    public bool IsBegun(int worker, int slot) => (Word(worker, slot) & BegunBit) != 0;

    /// <summary>The acknowledged state.</summary>
    public SlotState Acknowledged(int worker, int slot) => Read(worker, slot, Word(worker, slot) & SelectorBit);

    /// <summary>The state to which the write leads that is under way.</summary>
    public SlotState Begun(int worker, int slot) => Read(worker, slot, 1 - (Word(worker, slot) & SelectorBit));

    /// <summary>Says that a write begins.</summary>
    public void Begin(int worker, int slot, SlotState after)
    {
        int word = Word(worker, slot);
        Write(worker, slot, 1 - (word & SelectorBit), after);
        Set(worker, slot, word | BegunBit);
    }

    /// <summary>Says that the write that was begun is done.</summary>
    public void Acknowledge(int worker, int slot) =>
        Set(worker, slot, (Word(worker, slot) ^ SelectorBit) & ~BegunBit);

    /// <summary>Says that the write that was begun has not happened.</summary>
    public void Abandon(int worker, int slot) => Set(worker, slot, Word(worker, slot) & ~BegunBit);

    /// <summary>Counts something.</summary>
    public void Count(int worker, BoardCounter counter)
    {
        long position = ((long)worker * WorkerInBytes) + ((int)counter * sizeof(long));
        _view.Write(position, _view.ReadInt64(position) + 1);
    }

    /// <summary>What all workers have counted together.</summary>
    public long Total(int workers, BoardCounter counter) => Enumerable.Range(0, workers)
        .Sum(worker => _view.ReadInt64(((long)worker * WorkerInBytes) + ((int)counter * sizeof(long))));

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static int FirstKey(int worker, int slot) => (worker * Slots) + slot;

    private static long Place(int worker, int slot) =>
        ((long)worker * WorkerInBytes) + CountersInBytes + (slot * SlotInBytes);

    private static long PlaceOfCopy(int worker, int slot, int copy) =>
        Place(worker, slot) + sizeof(int) + (copy * StateInBytes);

    private int Word(int worker, int slot) => _view.ReadInt32(Place(worker, slot));

    private void Set(int worker, int slot, int word)
    {
        // What the word says must have been stored before it, and the table's stores stay between two such words.
        Thread.MemoryBarrier();
        _view.Write(Place(worker, slot), word);
        Thread.MemoryBarrier();
    }

    private SlotState Read(int worker, int slot, int copy)
    {
        long place = PlaceOfCopy(worker, slot, copy);
        int[] versions = new int[Math.Clamp(_view.ReadInt32(place + sizeof(int)), 0, MostVersions)];
        for (int i = 0; i < versions.Length; i++)
            versions[i] = _view.ReadInt32(place + ((2 + i) * sizeof(int)));
        return new SlotState(_view.ReadInt32(place), versions);
    }

    private void Write(int worker, int slot, int copy, SlotState state)
    {
        long place = PlaceOfCopy(worker, slot, copy);
        _view.Write(place, state.Key);
        _view.Write(place + sizeof(int), state.Versions.Count);
        for (int i = 0; i < state.Versions.Count; i++)
            _view.Write(place + ((2 + i) * sizeof(int)), state.Versions[i]);
    }
}

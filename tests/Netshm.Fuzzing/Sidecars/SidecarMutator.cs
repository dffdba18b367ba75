using System.Buffers.Binary;
using static Netshm.Fuzzing.Sidecars.SidecarLayout;

namespace Netshm.Fuzzing.Sidecars;

/// <summary>Damages a sidecar in ways that know its layout.</summary>
internal sealed class SidecarMutator(byte[] sidecar, Random random)
{
    private const int Kinds = 7, FirstKindOfRun = 5;

    private static readonly int[] s_boundaries =
        [0, 1, -1, 2, 3, 4, 7, 4095, 4096, 4097, 1 << 16, int.MaxValue, int.MinValue, int.MinValue + 1, int.MinValue + 2];

    private static readonly int[] s_lengthsOfRuns =
        [0, 1, -1, 2, -2, 7, -7, 1000, 1 << 20, -(1 << 20), int.MaxValue, int.MinValue, int.MinValue + 1];

    private readonly SidecarLayout _layout = Of(sidecar);

    /// <summary>What was done.</summary>
    public List<string> Log { get; } = [];

    /// <summary>
    /// Whether nothing was damaged but what says who holds the lock, waits for it, what readers may look at, and of which time
    /// the sidecar is: with that the table has to come back as it was, except for work of another time.
    /// </summary>
    public bool IsHarmless { get; private set; } = true;

    /// <summary>Does one more damage.</summary>
    public void Damage()
    {
        switch (random.Next(20))
        {
            case 0 or 1 or 2:
                SetInt(LockWordOffset, AnyInt(), isHarmless: true);
                break;
            case 3:
                SetInt((random.Next(2) == 0 ? EpochOffset : InstanceOffset) + Half(), AnyInt(), isHarmless: true);
                break;
            case 4:
                SetInt(WaitsOffset + (WaitLengthInBytes * random.Next(WaitCount)) + (4 * random.Next(6)), AnyInt(), isHarmless: true);
                break;
            case 5:
                SetInt(SequencesOffset + (4 * random.Next(SequencesLengthInBytes / 4)), AnyInt(), isHarmless: true);
                break;
            case 6:
                FillSequences();
                break;
            case 7:
                SetInt(random.Next(2) == 0 ? MarkOffset : IsCleanOffset, AnyInt(), isHarmless: true);
                break;
            case 8:
                DamageHeader();
                break;
            case 9:
                SetInt(BootIdOffset + (4 * random.Next(4)), AnyInt(), isHarmless: true);
                break;
            case 10 or 11:
                SetInt(_layout.JournalOffset + (4 * random.Next(WordsOfJournal)), AnyInt(), isHarmless: false);
                break;
            case 12 or 13:
                WriteRecords();
                break;
            case 14:
                SetInt(FeedOffset + (4 * random.Next((_layout.JournalOffset - FeedOffset) / 4)), AnyInt(), isHarmless: HasFeed);
                break;
            case 15: // One half of a number, so that the other one belies it.
                SetInt(RehashOffset + (4 * random.Next(6)), random.Next(), isHarmless: true);
                break;
            case 16:
                SetInt(CountersOffset + (4 * random.Next((FeedOffset - CountersOffset) / 4)), AnyInt(), isHarmless: true);
                break;
            case 17:
                SetInt(GenerationOffset, IntAt(sidecar, GenerationOffset) + random.Next(-2, 2), isHarmless: true);
                break;
            case 18:
                int stamp = _layout.JournalOffset + StampInJournal;
                SetInt(stamp, random.Next(3) == 0 ? AnyInt() : IntAt(sidecar, stamp) + random.Next(-3, 3), isHarmless: true);
                break;
            default:
                SetInt(4 * random.Next(sidecar.Length / 4), AnyInt(), isHarmless: false);
                break;
        }
    }

    /// <summary>Whether there is a feed, and not the journal in its place.</summary>
    private bool HasFeed => _layout.JournalOffset > FeedOffset;

    private int Half() => 4 * random.Next(2);

    private int AnyInt() => random.Next(3) == 0 ? random.Next(int.MinValue, int.MaxValue) : s_boundaries[random.Next(s_boundaries.Length)];

    /// <summary>What says whose sidecar it is, and what else lies where.</summary>
    private void DamageHeader()
    {
        int offset = random.Next(4) switch
        {
            0 => MagicOffset + Half(),
            1 => VersionOffset,
            2 => IdOffset + Half(),
            _ => FeedCapacityOffset,
        };
        SetInt(offset, random.Next(2) == 0 ? AnyInt() : 1 << random.Next(31), isHarmless: false);
    }

    private void FillSequences()
    {
        for (int offset = 0; offset < SequencesLengthInBytes; offset += 8)
            BinaryPrimitives.WriteInt64LittleEndian(sidecar.AsSpan(SequencesOffset + offset), random.NextInt64());
        Log.Add("all sequence words");
    }

    /// <summary>Makes records of each kind, sound ones of which the numbers are not, or many copies of one.</summary>
    private void WriteRecords()
    {
        int room = (sidecar.Length - _layout.RecordsOffset) / RecordLengthInBytes;
        int count = random.Next(2) == 0 ? random.Next(1, 20) : room;
        int[] record = AnyRecord();
        bool areSame = random.Next(2) == 0;
        for (int i = 0; i < count; i++)
        {
            if (!areSame)
                record = AnyRecord();
            Span<byte> place = sidecar.AsSpan(_layout.RecordsOffset + (i * RecordLengthInBytes));
            for (int word = 0; word < record.Length; word++)
                BinaryPrimitives.WriteInt32LittleEndian(place[(4 * word)..], record[word]);
        }

        SetInt(_layout.JournalOffset + StateInJournal, 1, isHarmless: false);
        SetInt(_layout.JournalOffset + CountInJournal, count, isHarmless: false);
        Log.Add(areSame ? $"{count} records {string.Join(' ', record)}" : $"{count} records");
    }

    private int[] AnyRecord()
    {
        int kind = random.Next(Kinds + 2);
        bool isRun = kind >= FirstKindOfRun && random.Next(3) > 0;
        return [kind, AnySmall(), isRun ? s_lengthsOfRuns[random.Next(s_lengthsOfRuns.Length)] : AnySmall(), AnySmall()];
    }

    private int AnySmall() => random.Next(4) == 0 ? AnyInt() : random.Next(100);

    private void SetInt(int offset, int value, bool isHarmless)
    {
        BinaryPrimitives.WriteInt32LittleEndian(sidecar.AsSpan(offset), value);
        IsHarmless &= isHarmless;
        Log.Add($"{offset} -> {value}");
    }
}

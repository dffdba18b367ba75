using System.Buffers.Binary;

namespace Netshm.Fuzzing.Sidecars;

/// <summary>Damages a sidecar in ways that know its layout; docs/FileFormat.md, "Sidecar".</summary>
internal sealed class SidecarMutator(byte[] sidecar, Random random)
{
    public const int LockWordOffset = 64;

    private const int VersionOffset = 8, IdentityOffset = 16, BootIdOffset = 40, IsCleanOffset = 56, MarkOffset = 68,
        EpochOffset = 72, RehashOffset = 128;

    private const int WaitsOffset = 256, WaitLengthInBytes = 272, WaitCount = 32;
    private const int SequencesOffset = 12288, SequencesLengthInBytes = 64 + (1024 * 8);
    private const int FeedOffset = 1 << 20;
    private const int JournalOffset = 24576, RecordsOffset = JournalOffset + 64, RecordLengthInBytes = 16;

    private static readonly int[] s_boundaries =
        [0, 1, -1, 2, 3, 4, 7, 4095, 4096, 4097, 1 << 16, int.MaxValue, int.MinValue, int.MinValue + 1, int.MinValue + 2];

    /// <summary>What was done.</summary>
    public List<string> Log { get; } = [];

    /// <summary>
    /// Whether nothing was damaged but what says who holds the lock, waits for it, and what readers may look at: with that
    /// the table has to come back as it was.
    /// </summary>
    public bool IsHarmless { get; private set; } = true;

    /// <summary>Does one more damage.</summary>
    public void Damage()
    {
        switch (random.Next(17))
        {
            case 0 or 1 or 2:
                SetInt(LockWordOffset, AnyInt(), isHarmless: true);
                break;
            case 3:
                SetInt(EpochOffset + (4 * random.Next(2)), AnyInt(), isHarmless: true);
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
                SetInt(random.Next(2) == 0 ? MarkOffset : IsCleanOffset, AnyInt(), isHarmless: false);
                break;
            case 8:
                SetInt(random.Next(3) == 0 ? VersionOffset : IdentityOffset + (4 * random.Next(6)), AnyInt(), isHarmless: false);
                break;
            case 9:
                SetInt(BootIdOffset + (4 * random.Next(4)), AnyInt(), isHarmless: false);
                break;
            case 10 or 11:
                SetInt(JournalOffset + (4 * random.Next(5)), AnyInt(), isHarmless: false);
                break;
            case 12:
                WriteRecords();
                break;
            case 13 or 14:
                SetInt(FeedOffset + (4 * random.Next((sidecar.Length - FeedOffset) / 4)), AnyInt(), isHarmless: true);
                break;
            case 15: // One half of a number, so that the other one belies it.
                SetInt(RehashOffset + (4 * random.Next(6)), random.Next(), isHarmless: true);
                break;
            default:
                SetInt(4 * random.Next(sidecar.Length / 4), AnyInt(), isHarmless: false);
                break;
        }
    }

    private int AnyInt() => random.Next(3) == 0 ? random.Next(int.MinValue, int.MaxValue) : s_boundaries[random.Next(s_boundaries.Length)];

    private void FillSequences()
    {
        for (int offset = 0; offset < SequencesLengthInBytes; offset += 8)
            BinaryPrimitives.WriteInt64LittleEndian(sidecar.AsSpan(SequencesOffset + offset), random.NextInt64());
        Log.Add("all sequence words");
    }

    /// <summary>Makes records of each kind, sound ones of which the numbers are not, or many copies of one.</summary>
    private void WriteRecords()
    {
        int room = (FeedOffset - RecordsOffset) / RecordLengthInBytes;
        int count = random.Next(2) == 0 ? random.Next(1, 20) : room;
        int[] record = [random.Next(5), AnySmall(), AnySmall(), AnySmall()];
        bool areSame = random.Next(2) == 0;
        for (int i = 0; i < count; i++)
        {
            for (int word = 0; word < record.Length; word++)
            {
                int value = areSame ? record[word] : word == 0 ? random.Next(5) : AnySmall();
                BinaryPrimitives.WriteInt32LittleEndian(
                    sidecar.AsSpan(RecordsOffset + (i * RecordLengthInBytes) + (4 * word)), value);
            }
        }

        SetInt(JournalOffset, 1, isHarmless: false);
        SetInt(JournalOffset + 4, count, isHarmless: false);
        Log.Add(areSame ? $"{count} records {string.Join(' ', record)}" : $"{count} records");
    }

    private int AnySmall() => random.Next(4) == 0 ? AnyInt() : random.Next(100);

    private void SetInt(int offset, int value, bool isHarmless)
    {
        BinaryPrimitives.WriteInt32LittleEndian(sidecar.AsSpan(offset), value);
        IsHarmless &= isHarmless;
        Log.Add($"{offset} -> {value}");
    }
}

using System.Runtime.InteropServices;

namespace Netshm.Fuzzing.Tables;

/// <summary>A seed's file with one to five damages.</summary>
internal sealed class DamagedTable
{
    private const int BlockInBytes = 4096;

    private DamagedTable(SeedTable seed, byte[] bytes, int lengthInBytes, bool hasHoles, string damages)
    {
        Seed = seed;
        Bytes = bytes;
        LengthInBytes = lengthInBytes;
        HasHoles = hasHoles;
        Damages = damages;
    }

    public SeedTable Seed { get; }

    /// <summary>What the damaged file begins with; the rest of it is zero.</summary>
    public byte[] Bytes { get; }

    public int LengthInBytes { get; }

    /// <summary>Whether blocks of zeros are left out of the file.</summary>
    public bool HasHoles { get; }

    /// <summary>What was done to the seed, for messages.</summary>
    public string Damages { get; }

    /// <summary>Damages one of the seeds.</summary>
    public static DamagedTable Make(IReadOnlyList<SeedTable> seeds, Random random)
    {
        SeedTable seed = seeds[random.Next(seeds.Count)];
        var mutator = new TableMutator(seed, random);
        int damages = random.Next(1, 6);
        for (int i = 0; i < damages; i++)
            mutator.Damage();
        byte[] bytes = MemoryMarshal.AsBytes<int>(mutator.Words).ToArray();
        int length = LengthOf(bytes.Length, random, out string cut);
        bool hasHoles = random.Next(10) == 0;
        return new DamagedTable(
            seed, bytes, length, hasHoles, $"{seed.Name}: {string.Join(", ", mutator.Log)}{cut}{(hasHoles ? ", holes" : "")}");
    }

    /// <summary>Puts it in the place of what a file holds.</summary>
    public void WriteTo(string path)
    {
        ReadOnlySpan<byte> content = Bytes.AsSpan(0, Math.Min(Bytes.Length, LengthInBytes));
        using var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
        if (!HasHoles)
            RandomAccess.Write(file, content, 0);
        for (int start = 0; HasHoles && start < content.Length; start += BlockInBytes)
        {
            ReadOnlySpan<byte> block = content.Slice(start, Math.Min(BlockInBytes, content.Length - start));
            if (block.ContainsAnyExcept((byte)0))
                RandomAccess.Write(file, block, start);
        }

        RandomAccess.SetLength(file, LengthInBytes);
    }

    private static int LengthOf(int wholeInBytes, Random random, out string change)
    {
        int length = random.Next(20) switch
        {
            0 => random.Next(wholeInBytes + 1),
            1 => wholeInBytes - random.Next(1, Math.Min(wholeInBytes, BlockInBytes)),
            2 => wholeInBytes + random.Next(1, 3 * BlockInBytes),
            3 => wholeInBytes + (random.Next(1, 64) * BlockInBytes),
            _ => wholeInBytes,
        };
        change = length == wholeInBytes ? "" : $", {length} bytes instead of {wholeInBytes}";
        return length;
    }
}

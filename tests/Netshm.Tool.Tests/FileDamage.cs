using System.Runtime.InteropServices;

namespace Netshm.Tool.Tests;

/// <summary>Damages a table's file at random, as broken programs, devices and power cuts do.</summary>
internal sealed class FileDamage(byte[] file, int pageSize, int totalPages, Random random)
{
    private const int HeaderInWords = 6;
    private static readonly int[] s_marks =
    [
        0x12DE9F67, unchecked((int)0xDE9F6712), unchecked((int)0xf3eef3ee), 0x6712DE9F, 0, -1, int.MinValue, int.MaxValue,
    ];

    private readonly byte[] _before = [.. file];

    /// <summary>Damages some words or pages.</summary>
    public void Hit()
    {
        Span<byte> page = Page(NextPage());
        switch (random.Next(8))
        {
            case 0:
                page.Clear();
                break;
            case 1:
                random.NextBytes(page);
                break;
            case 2:
                Page(random.Next(totalPages)).CopyTo(page);
                break;
            case 3:
                Swap(page, Page(NextPage()));
                break;
            case 4:
                page[random.Next(pageSize)..].Clear(); // Half-written.
                break;
            default:
                DamageWords(MemoryMarshal.Cast<byte, int>(page));
                break;
        }
    }

    /// <summary>The pages that differ from before.</summary>
    public IReadOnlySet<int> TouchedPages() => Enumerable.Range(0, totalPages)
        .Where(page => !Page(page).SequenceEqual(_before.AsSpan(page * pageSize, pageSize)))
        .ToHashSet();

    private Span<byte> Page(int page) => file.AsSpan(page * pageSize, pageSize);

    /// <summary>Any page; master page and descriptor more often than others.</summary>
    private int NextPage() => random.Next(8) == 0 ? random.Next(2) : random.Next(totalPages);

    private void DamageWords(Span<int> words)
    {
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            int word = random.Next(random.Next(2) == 0 ? HeaderInWords : words.Length);
            words[word] = random.Next(6) switch
            {
                0 => random.Next(int.MinValue, int.MaxValue),
                1 => s_marks[random.Next(s_marks.Length)],
                2 => random.Next(totalPages),
                3 => words[word] + random.Next(-2, 3),
                4 => words[word] ^ (1 << random.Next(32)),
                _ => words[random.Next(words.Length)],
            };
        }
    }

    private static void Swap(Span<byte> one, Span<byte> other)
    {
        byte[] kept = one.ToArray();
        other.CopyTo(one);
        kept.CopyTo(other);
    }
}

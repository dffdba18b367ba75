using System.Text;

namespace Netshm.Tool.Observation;

/// <summary>Recognises this library's files by how they begin.</summary>
internal static class Marks
{
    private const int LongestMark = 64;

    private static ReadOnlySpan<byte> CompanionMark => "R POSIX_SHM \"/"u8;

    /// <summary>Whether a file begins as a table does, a complete one or one whose creation is under way.</summary>
    public static bool BeginTable(string path) => TableFiles.BeginTable(HeadOf(path, LongestMark));

    /// <summary>Whether a file begins as a sidecar does.</summary>
    public static bool BeginSidecar(string path) => TableFiles.BeginSidecar(HeadOf(path, LongestMark));

    /// <summary>The object that a companion file names; null when the file is no companion.</summary>
    public static string? ObjectOfCompanion(string path)
    {
        const int longest = 300;
        byte[] head = HeadOf(path, longest);
        if (!head.AsSpan().StartsWith(CompanionMark))
            return null;
        string text = Encoding.ASCII.GetString(head);
        int begin = CompanionMark.Length - 1;
        int end = text.IndexOf('"', begin);

        // A name with escaped characters is not read back: such a file is left alone.
        return end > begin + 1 && !text.Contains('\\', StringComparison.Ordinal) ? text[begin..end] : null;
    }

    private static byte[] HeadOf(string path, int length)
    {
        try
        {
            if (FileStatus.TryOf(path) is not { IsRegularFile: true })
                return [];
            using FileStream stream = File.OpenRead(path);
            byte[] head = new byte[length];
            return head[..stream.ReadAtLeast(head, length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // It is gone meanwhile, or another user's.
        }
    }
}

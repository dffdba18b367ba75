using System.Diagnostics;
using System.Globalization;

namespace Netshm.Actors.Tests.Sharding;

/// <summary>The inode numbers of files: a file that was copied or written anew has another one.</summary>
internal static class FileNumber
{
    /// <summary>The number of a file.</summary>
    public static long Of(string path)
    {
        var start = new ProcessStartInfo("stat", ["--format=%i", path]) { RedirectStandardOutput = true };
        using Process stat = Process.Start(start)!;
        string text = stat.StandardOutput.ReadToEnd();
        stat.WaitForExit();
        return long.Parse(text, CultureInfo.InvariantCulture);
    }
}

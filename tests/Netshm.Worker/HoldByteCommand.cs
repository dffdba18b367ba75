using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>hold-byte PATH BYTE</c>: locks a byte of a file by a record lock, as an OCaml process does that reads a binding,
/// says "held", and keeps it until the next line of input.
/// </summary>
internal static class HoldByteCommand
{
    public static int Run(string path, string lockedByte)
    {
        using FileStream file = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Lock(long.Parse(lockedByte, CultureInfo.InvariantCulture), 1);
        Console.WriteLine("held");
        Console.ReadLine();
        return 0;
    }
}

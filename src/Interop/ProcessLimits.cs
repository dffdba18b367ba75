using System.Globalization;

namespace Netshm.Interop;

/// <summary>Tells which limit a process with many tables has come to, and who can raise it.</summary>
internal static class ProcessLimits
{
    private const string MostMappings = "/proc/sys/vm/max_map_count";

    /// <summary>How many a call may need that failed for lack of them.</summary>
    private const int MappingsOfOneCall = 2;

    /// <summary>What to add to the message of a failed call; nothing where its error is not one of a limit.</summary>
    public static string Explain(int errorNumber) => errorNumber switch
    {
        Libc.EMFILE => ExplainFiles(),
        Libc.ENFILE => "; all processes together have as many files open as the system allows (sysctl fs.file-max)",
        Libc.ENOMEM => ExplainMappings(),
        _ => "",
    };

    private static string ExplainFiles() => string.Create(
        CultureInfo.InvariantCulture,
        $"; this process may have {Libc.OpenFileLimit} files open, and a table takes one or, with {LockingMethod.Futex}, two: " +
        $"raise the limit (ulimit -n as root, LimitNOFILE= of a systemd unit, --ulimit nofile= of a container)");

    /// <summary>The kernel has one error for too many mappings, too few addresses and no memory.</summary>
    private static string ExplainMappings()
    {
        int mappings = CountMappings();
        int most = ReadNumber(MostMappings);
        if (mappings > 0 && most > 0 && mappings >= most - MappingsOfOneCall)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"; this process has {mappings} mappings, and the kernel allows {most}: " +
                $"raise the limit (sysctl vm.max_map_count), or open fewer tables at once");
        }

        ulong addresses = Libc.AddressSpaceLimit;
        return addresses == ulong.MaxValue
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $"; this process may have {addresses} bytes of address space: raise the limit (ulimit -v), or open fewer tables");
    }

    /// <summary>0 where the kernel does not tell.</summary>
    private static int CountMappings()
    {
        try
        {
            return File.ReadLines("/proc/self/maps").Count();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static int ReadNumber(string path)
    {
        try
        {
            return int.Parse(File.ReadAllText(path), CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or OverflowException)
        {
            return 0;
        }
    }
}

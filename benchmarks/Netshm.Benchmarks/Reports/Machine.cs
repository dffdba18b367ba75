using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Netshm.Benchmarks.Reports;

/// <summary>The machine, and the versions of everything that was measured.</summary>
internal static class Machine
{
    /// <summary>How many processes have wanted a processor in the last minute, on average.</summary>
    public static double Load() =>
        double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    /// <summary>Names and values.</summary>
    public static IEnumerable<(string Name, string Value)> Describe()
    {
        yield return ("processor", $"{Field("/proc/cpuinfo", "model name")}, {Environment.ProcessorCount} logical");
        yield return ("memory", $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):F1} GiB");
        yield return ("system", $"{Field("/etc/os-release", "PRETTY_NAME", '=').Trim('"')}, Linux {Run("uname", "-r")}");
        yield return (".NET", RuntimeInformation.FrameworkDescription);
        yield return ("this library", VersionOf(typeof(ShmTable)));
        yield return ("Akka.NET", VersionOf(typeof(Akka.Actor.ActorSystem)));
        yield return ("LightningDB", VersionOf(typeof(LightningDB.LightningEnvironment)));
        yield return ("Microsoft.Data.Sqlite", VersionOf(typeof(Microsoft.Data.Sqlite.SqliteConnection)));
        yield return ("MemoryCache", VersionOf(typeof(Microsoft.Extensions.Caching.Memory.MemoryCache)));
        yield return ("Redis", Run("redis-server", "--version"));
        yield return ("OCaml", Run("ocamlfind", "ocamlopt", "-version"));
        yield return ("C compiler", Run("cc", "--version"));
        foreach (string package in (string[])["libocamlnet-ocaml-dev", "libtdb1", "liblmdb0"])
            yield return (package, Run("dpkg-query", "-W", "-f", "${Version}", package));
        yield return ("measured", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC");
    }

    private static string VersionOf(Type type) =>
        type.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    private static string Field(string file, string name, char separator = ':') =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))
            ?.Split(separator, 2)[1].Trim() ?? "unknown";

    /// <summary>The first line that a program writes.</summary>
    private static string Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            string line = process.StandardOutput.ReadToEnd().Split('\n')[0].Trim();
            process.WaitForExit();
            return line.Length > 0 ? line : "unknown";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "not installed";
        }
    }
}

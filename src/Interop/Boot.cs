namespace Netshm.Interop;

/// <summary>Which run of the machine this is.</summary>
internal static class Boot
{
    private const string Path = "/proc/sys/kernel/random/boot_id";

    /// <summary>
    /// The kernel's number of this run, null where it can't be told, as without /proc/sys. Container managers
    /// may show another one under the same kernel: it is a hint, and no proof.
    /// </summary>
    public static Guid? Id
    {
        get
        {
            try
            {
                return Guid.TryParse(File.ReadAllText(Path), out Guid id) ? id : null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return null;
            }
        }
    }
}

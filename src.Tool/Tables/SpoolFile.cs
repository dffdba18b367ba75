using System.Security.Cryptography;

namespace Netshm.Tool.Tables;

/// <summary>Temporary files for what is collected under a lock and written where others may be slow to take it.</summary>
internal static class SpoolFile
{
    private const int BufferInBytes = 1 << 16;

    /// <summary>Makes an empty file for this user alone that has no name, so that it goes with the process.</summary>
    public static FileStream Open()
    {
        string path = Path.Combine(Path.GetTempPath(), $"netshm-{RandomNumberGenerator.GetHexString(16)}");
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            BufferSize = BufferInBytes,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        File.Delete(path);
        return file;
    }
}

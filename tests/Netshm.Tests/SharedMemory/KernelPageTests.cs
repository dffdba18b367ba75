using Netshm.TestKit;

namespace Netshm.Tests.SharedMemory;

/// <summary>Kernels whose pages have more than 4 KiB.</summary>
public class KernelPageTests
{
    [CompilerTheory]
    [InlineData(LockingMethod.Futex)]
    [InlineData(LockingMethod.Record)]
    public void A_table_grows_and_is_opened_again_where_the_kernel_s_pages_have_64_KiB(LockingMethod locking)
    {
        string directory = Directory.CreateTempSubdirectory("netshm-large-pages-").FullName;
        try
        {
            string library = Path.Combine(directory, "libc.so");
            CLibrary.Compile("large_pages", library);
            using var temp = new TempTable(options: new ShmTableOptions { Locking = locking });
            for (int round = 1; round <= 2; round++)
            {
                using ChildProcess worker =
                    WorkerProcess.StartCopyIn(directory, "grow", temp.Name.ToString(), locking.ToString(), "3000");

                Assert.Equal($"{3000 * round}", worker.ReadLine());
                Assert.Contains(library, File.ReadAllText($"/proc/{worker.Id}/maps"), StringComparison.Ordinal);
            }

            // A process with the machine's own pages goes on with what the others have left.
            temp.Open().Add(7, [8]);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}

namespace Netshm;

/// <summary>How processes that use one table at the same time keep out of each other's way.</summary>
/// <remarks>
/// Every live process must use the same method on a table. Threads of one process are kept apart under each method.
/// </remarks>
public enum LockingMethod
{
    /// <summary>The best method for the table at hand; today this is <see cref="Record"/>.</summary>
    Auto,

    /// <summary>
    /// Processes are not kept apart. Right only if no process writes while another one uses the table (the original's
    /// <c>`No_locking</c>).
    /// </summary>
    None,

    /// <summary>
    /// fcntl(2) record locks with the original's bytes and order, so that OCaml processes can work on the table at
    /// the same time (the original's <c>`Record_locking</c>).
    /// </summary>
    Record,
}

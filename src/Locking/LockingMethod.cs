namespace Netshm;

/// <summary>How processes that use one table at the same time keep out of each other's way.</summary>
/// <remarks>
/// Every live process must use the same method on a table. Threads of one process are kept apart under each method.
/// </remarks>
public enum LockingMethod
{
    /// <summary>
    /// The best method for the table at hand: <see cref="Futex"/> for a new table and for one that has a sidecar;
    /// <see cref="Record"/> for an existing one without a sidecar, since it may be Ocamlnet's, and for one that others
    /// use with record locks at the moment.
    /// </summary>
    Auto,

    /// <summary>
    /// Processes are not kept apart. Right only if no process writes while another one uses the table (the original's
    /// <c>`No_locking</c>).
    /// </summary>
    None,

    /// <summary>
    /// fcntl(2) record locks with the original's bytes and order, so that OCaml processes can work on the table at
    /// the same time (the original's <c>`Record_locking</c>). Operations wait for ever by default, since only then the
    /// kernel finds deadlocks; see <see cref="ShmTableOptions.LockTimeout"/>.
    /// </summary>
    Record,

    /// <summary>
    /// Locks in shared memory, in a file beside the table (the sidecar): reads without any lock, writes without a system
    /// call, recovery after any death, transactions. OCaml processes can open the table only while nobody uses it so.
    /// </summary>
    Futex,
}

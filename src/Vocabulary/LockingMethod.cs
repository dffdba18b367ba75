namespace Netshm;

/// <summary>How processes that use one table at the same time keep out of each other's way.</summary>
/// <remarks>
/// A table carries <see cref="Record"/> or <see cref="Futex"/> from its creation on; <see cref="ShmTable.Convert"/> changes it.
/// Threads of one process are kept apart under each method.
/// </remarks>
public enum LockingMethod
{
    /// <summary>
    /// The method that the table carries; <see cref="Futex"/> for a new one. A table that Ocamlnet made carries
    /// <see cref="Record"/>.
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
    /// <remarks>
    /// The kernel drops a process's record locks on a file when the process closes any descriptor of it. So don't open the
    /// table's file (or its companion) by other means while this process is in an operation or a group: another process would
    /// be let in. Loading this library twice into one process is seen, and refused.
    /// </remarks>
    Record,
    /// <summary>
    /// Locks in shared memory, in a file beside the table (the sidecar): reads without any lock, writes without a system
    /// call, recovery after any death, transactions. OCaml processes refuse the table.
    /// </summary>
    Futex,
}

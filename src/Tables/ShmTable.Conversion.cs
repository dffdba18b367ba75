namespace Netshm;

/// <content>The locking method that a table carries.</content>
public sealed partial class ShmTable
{
    /// <summary>The method that the table carries; <see cref="Locking"/> may be another one for those who only read it.</summary>
    internal LockingMethod StoredLocking => Storage.DescriptorAsItIs.FoundMagic == DescriptorView.FutexMagic
        ? LockingMethod.Futex
        : LockingMethod.Record;

    /// <summary>
    /// Changes the method by which processes are kept apart, which a table carries from its creation on. Bindings stay as
    /// they are; a change feed ends.
    /// </summary>
    /// <remarks>
    /// Nobody may use the table. Processes of this library that do are seen, and Ocamlnet's while they hold a lock. An
    /// Ocamlnet process that has the table open and holds no lock can't be seen: end it before a conversion to
    /// <see cref="LockingMethod.Futex"/>, or it goes on under record locks, and both damage the table.
    /// </remarks>
    /// <param name="name">The table, which exists.</param>
    /// <param name="locking"><see cref="LockingMethod.Record"/> or <see cref="LockingMethod.Futex"/>.</param>
    /// <param name="timeout">How long to wait for processes that open, close or lock it; null for 10 seconds.</param>
    /// <exception cref="FileNotFoundException">There is no such table.</exception>
    /// <exception cref="InvalidTableOperationException">Processes use it, or this process does.</exception>
    /// <exception cref="LockTimeoutException">Processes that open, close or lock it did not end in time.</exception>
    /// <exception cref="CorruptFileException">It is damaged, or no table.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No table carries such a method, or the time is negative.</exception>
    public static void Convert(SharedMemoryName name, LockingMethod locking, TimeSpan? timeout = null)
    {
        if (locking is not (LockingMethod.Record or LockingMethod.Futex))
            throw new ArgumentOutOfRangeException(nameof(locking), locking, "a table carries Record or Futex");
        using SharedMemoryObject memory = SharedMemoryObject.Open(name, FileMode.Open);
        TableConversion.Run(memory, locking, Deadline.After(timeout ?? TimeSpan.FromSeconds(10)));
    }

    /// <summary>The best method to keep processes apart (the original's <c>best_locking_method</c>).</summary>
    public static LockingMethod BestLockingMethod(SharedMemoryType type) => type switch
    {
        SharedMemoryType.File or SharedMemoryType.Posix => LockingMethod.Futex,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "there is no such type"),
    };
}

namespace Netshm;

/// <summary>What <see cref="ShmTable.Salvage"/> found of a damaged table.</summary>
/// <param name="Bindings">The sound bindings, hidden ones included: those of one key together, the oldest first.</param>
/// <param name="Dropped">What was left out, and why.</param>
/// <param name="KeysWithoutCell">How many keys were found by their bindings alone.</param>
/// <param name="BindingsWithoutLink">How many bindings no link led to, of keys that were found in the hash table.</param>
/// <param name="StoresTakenBack">
/// How many stores of a process that died at work were taken back; null when there was no such work. Damage may stand against
/// taking back others.
/// </param>
/// <param name="PageSize">The size of a page, in bytes.</param>
/// <param name="Locking">The method that the table carries; <see cref="LockingMethod.Record"/> if that is lost.</param>
public sealed record TableSalvage(
    IReadOnlyList<(int Key, int[] Value)> Bindings,
    IReadOnlyList<TableViolation> Dropped,
    int KeysWithoutCell,
    int BindingsWithoutLink,
    int? StoresTakenBack,
    int PageSize,
    LockingMethod Locking);

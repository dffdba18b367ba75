namespace Netshm;

public sealed class ShmTable : IDisposable
{
    public SharedMemoryName Name => throw new NotImplementedException();
    public LockingMethod Locking => throw new NotImplementedException();
    public int PageSize => throw new NotImplementedException();
    public int Count => throw new NotImplementedException();
    public static ShmTable Manage(SharedMemoryObject memory, ShmTableOptions? options = null) => throw new NotImplementedException();
    public static ShmTable Open(SharedMemoryName name, ShmTableOptions? options = null) => throw new NotImplementedException();
    public static LockingMethod BestLockingMethod(SharedMemoryType type) => throw new NotImplementedException();
    public void Add(int key, ReadOnlySpan<int> value) => throw new NotImplementedException();
    public int[] Find(int key) => throw new NotImplementedException();
    public bool TryFind(int key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out int[]? value) => throw new NotImplementedException();
    public bool TryFind(int key, Span<int> destination, out int length) => throw new NotImplementedException();
    public IReadOnlyList<int[]> FindAll(int key) => throw new NotImplementedException();
    public bool Contains(int key) => throw new NotImplementedException();
    public bool Remove(int key) => throw new NotImplementedException();
    public void Replace(int key, ReadOnlySpan<int> value) => throw new NotImplementedException();
    public void Iterate(BindingAction action) => throw new NotImplementedException();
    public void IterateKeys(Action<int> action) => throw new NotImplementedException();
    public TAcc Fold<TAcc>(TAcc seed, BindingFolder<TAcc> folder) => throw new NotImplementedException();
    public void ReadBlocks(int key, BlockReader reader) => throw new NotImplementedException();
    public void WriteBlocks(int key, WriteOperations announced, BlockWriter writer) => throw new NotImplementedException();
    public T Group<T>(Func<T> body, GroupIntent intent = GroupIntent.Write) => throw new NotImplementedException();
    public void Group(Action body, GroupIntent intent = GroupIntent.Write) => throw new NotImplementedException();
    public void Dump(TextWriter writer) => throw new NotImplementedException();
    public TableMemory Memory => throw new NotImplementedException();
    public TableReport Check() => throw new NotImplementedException();
    public void Flush() => throw new NotImplementedException();
    public void Dispose() => throw new NotImplementedException();
}
public sealed class TableMemory
{
    public int PageCount => throw new NotImplementedException();
    public int WordsPerPage => throw new NotImplementedException();
    public int this[int page, int word] { get => throw new NotImplementedException(); set => throw new NotImplementedException(); }
}
public sealed class TableReport
{
    public bool IsConsistent => throw new NotImplementedException();
    public IReadOnlyList<TableViolation> Violations => throw new NotImplementedException();
}
public sealed record TableViolation(int Page, int? Word, string Problem);

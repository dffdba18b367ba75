namespace Netshm;

/// <summary>The base of every error of a table or of its shared memory.</summary>
public class NetshmException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>The file's contents break the format (the original's <c>Corrupt_file</c>).</summary>
public sealed class CorruptFileException : NetshmException
{
    /// <summary>Creates the error for the given place in the file.</summary>
    public CorruptFileException(string file, int? page, int? word, string problem)
        : this(file, page, word, problem, innerException: null)
    {
    }

    internal CorruptFileException(string file, int? page, int? word, string problem, Exception? innerException)
        : base(FormattableString.Invariant($"{file}{Place(page, word)}: {problem}"), innerException)
    {
        Page = page;
        Word = word;
        Problem = problem;
    }

    /// <summary>What was found and what was expected.</summary>
    public string Problem { get; }

    /// <summary>The page where the violation was found, or null when it is the file as a whole.</summary>
    public int? Page { get; }

    /// <summary>The word in the page, or null when it is the page as a whole.</summary>
    public int? Word { get; }

    private static string Place(int? page, int? word) => (page, word) switch
    {
        (null, _) => "",
        (_, null) => FormattableString.Invariant($", page {page}"),
        _ => FormattableString.Invariant($", page {page}, word {word}"),
    };
}

/// <summary>The table has another page size than the one asked for.</summary>
public sealed class PageSizeMismatchException(string file, int found, int expected)
    : NetshmException(FormattableString.Invariant($"{file}: the table has pages of {found} bytes; {expected} were asked for"))
{
    /// <summary>The table's page size, in bytes.</summary>
    public int Found { get; } = found;

    /// <summary>The page size asked for, in bytes.</summary>
    public int Expected { get; } = expected;
}

/// <summary>Waiting on would never end, since each waits for a lock of the other (the original's <c>Deadlock</c>).</summary>
/// <remarks>Leave the outermost group, which releases its locks, and run it again.</remarks>
public sealed class DeadlockException(string message, Exception? innerException = null)
    : NetshmException(message, innerException);

/// <summary>
/// A lock was not free within <see cref="ShmTableOptions.LockTimeout"/>; nothing was done. The message names the holder, as
/// far as it is known: the process under <see cref="LockingMethod.Record"/>, its slot under <see cref="LockingMethod.Futex"/>.
/// </summary>
public sealed class LockTimeoutException(string message) : NetshmException(message);

/// <summary>The file system, or the address space kept for the table, is full; the table is as before.</summary>
public sealed class OutOfSpaceException(string message, Exception? innerException = null)
    : NetshmException(message, innerException);

/// <summary>A table that was opened for reading only was to be modified.</summary>
public sealed class ReadOnlyTableException(string message) : NetshmException(message);

/// <summary>A value is longer than what it was to be put into.</summary>
public sealed class ValueTooLongException(string file, int key, long lengthInWords, long limitInWords)
    : NetshmException(FormattableString.Invariant(
        $"{file}, key {key}: the value has {lengthInWords} words; there is room for {limitInWords}"))
{
    /// <summary>The value's length, in words.</summary>
    public long LengthInWords { get; } = lengthInWords;

    /// <summary>The longest value that would have fitted, in words.</summary>
    public long LimitInWords { get; } = limitInWords;
}

/// <summary>A transaction modifies more than can be taken back; it was taken back.</summary>
public sealed class TransactionTooLargeException(string file, long records, long limit)
    : NetshmException(FormattableString.Invariant(
        $"{file}: the transaction needs {records} records in the undo journal; there is room for {limit}"));

/// <summary>
/// The operation is not allowed where it was called: a modification inside a callback or a reading group, an unannounced
/// write operation, a body that awaits; or not on this table: its users have another locking, or it has users at all and was
/// to be created anew or truncated.
/// </summary>
public sealed class InvalidTableOperationException(string message) : NetshmException(message);

namespace Netshm.Actors;

/// <summary>A request's deadline has passed before its turn came. It was not executed, and never will be.</summary>
public sealed class RequestTimeoutException : NetshmException
{
    /// <summary>Creates the error.</summary>
    public RequestTimeoutException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// As many requests wait for a table as its setting <c>max-queue</c> allows. The request was not executed; slow down
/// and send it again later.
/// </summary>
public sealed class TableBusyException : NetshmException
{
    /// <summary>Creates the error.</summary>
    public TableBusyException(string message)
        : base(message)
    {
    }
}

/// <summary>The table's actor has stopped, or is about to. The request was not executed.</summary>
public sealed class TableClosedException : NetshmException
{
    /// <summary>Creates the error.</summary>
    public TableClosedException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// The body of a group ran longer than the setting <c>group-timeout</c>, or than its request's deadline. The table was
/// given free. What the body did before stays done; what it tries afterwards fails with this error too.
/// </summary>
public sealed class GroupTimeoutException : NetshmException
{
    /// <summary>Creates the error.</summary>
    public GroupTimeoutException(string message)
        : base(message)
    {
    }
}

/// <summary>
/// A group failed after some of its modifications: they stay done. The inner exception tells why the next one failed.
/// </summary>
public sealed class IncompleteGroupException : NetshmException
{
    /// <summary>Creates the error.</summary>
    public IncompleteGroupException(string message, int modificationsDone, Exception innerException)
        : base(message, innerException) => ModificationsDone = modificationsDone;

    /// <summary>How many of the group's modifications were done, in their order.</summary>
    public int ModificationsDone { get; }
}

/// <summary>
/// The table failed and could not be opened anew yet, for the reason that the inner exception tells; further attempts are
/// made. Nothing was done.
/// </summary>
public sealed class TableUnavailableException : NetshmException
{
    /// <summary>Creates the error.</summary>
    public TableUnavailableException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}

namespace Netshm.Actors.Cluster;

/// <summary>
/// The process that a write was sent to ended, or gave no answer in time. The write was executed or not; it is not sent
/// again.
/// </summary>
public sealed class OutcomeUnknownException : NetshmException
{
    /// <summary>Creates the error.</summary>
    public OutcomeUnknownException(string message)
        : base(message)
    {
    }
}

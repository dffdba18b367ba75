namespace Netshm.Actors.Groups;

/// <summary>
/// The outcome of a group whose body threw something of its own: nothing that says anything about the table, whatever
/// its type. A body that uses other tables may meet their locks and their damage.
/// </summary>
internal sealed record GroupFailure(Exception Cause);

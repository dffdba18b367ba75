using Netshm.Actors.Cluster.Protocol;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>Errors that came from other hosts.</summary>
internal static class RemoteErrors
{
    /// <summary>What the caller of a <see cref="RemoteTableRef"/> gets for a failure.</summary>
    public static Exception ExceptionOf(Failed failed) => failed.ErrorType switch
    {
        _ when failed.ErrorType == typeof(RequestTimeoutException).FullName =>
            new RequestTimeoutException(failed.Message),
        _ when failed.ErrorType == typeof(TableBusyException).FullName => new TableBusyException(failed.Message),
        _ => new RemoteTableException(failed.ErrorType, failed.Message),
    };
}

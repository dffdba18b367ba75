using System.Runtime.Serialization;

namespace Netshm.Actors;

/// <summary>
/// Why a table actor did not do what an actor on another machine asked for: the cause of the
/// <see cref="Akka.Actor.Status.Failure"/> that it gets. Errors of .NET travel badly, so their type travels by name.
/// </summary>
public sealed class RemoteTableException : Exception
{
    /// <summary>Describes an error to other machines.</summary>
    public RemoteTableException(Exception error)
        : base($"{error?.GetType().Name}: {error?.Message}")
    {
        ArgumentNullException.ThrowIfNull(error);
        ErrorType = error.GetType().FullName!;
    }

    /// <summary>Describes an error that came from another machine.</summary>
    internal RemoteTableException(string errorType, string message)
        : base($"{errorType.Split('.')[^1]}: {message}") => ErrorType = errorType;

#pragma warning disable SYSLIB0051 // Akka.Remote writes and reads exceptions in this way, though .NET gave it up.
    private RemoteTableException(SerializationInfo info, StreamingContext context)
        : base(info, context) => ErrorType = info.GetString(nameof(ErrorType))!;

    /// <summary>The full name of the error's type, such as <c>Netshm.Actors.RequestTimeoutException</c>.</summary>
    public string ErrorType { get; }

    /// <inheritdoc/>
    [Obsolete("For Akka.Remote only.")]
    public override void GetObjectData(SerializationInfo info, StreamingContext context)
    {
        base.GetObjectData(info, context);
        info.AddValue(nameof(ErrorType), ErrorType);
    }
#pragma warning restore SYSLIB0051
}

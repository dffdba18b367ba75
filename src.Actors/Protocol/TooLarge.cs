using Akka.Actor;

namespace Netshm.Actors.Protocol;

/// <summary>
/// Takes the place of a message that does not fit into a frame between machines, since Akka drops such a message and tells
/// nobody: so whoever waits for it, or for its answer, hears at once what became of it.
/// </summary>
/// <param name="ErrorType">The type of the error, for a <see cref="RemoteTableException"/>.</param>
/// <param name="Error">Its message.</param>
internal abstract record TooLarge(string ErrorType, string Error) : TableProtocol.IWireMessage
{
    /// <summary>What is sent instead of a message.</summary>
    public static TooLarge InsteadOf(object message, ValueTooLargeException refusal)
    {
        string errorType = refusal.GetType().FullName!;
        return message is TableProtocol.Request or TableProtocol.IChangeRequest
            ? new RequestTooLarge(errorType, refusal.Message)
            : new ReplyTooLarge(errorType, refusal.Message);
    }

    /// <summary>What whoever waits for an answer gets.</summary>
    public Status.Failure ToFailure() => new(new RemoteTableException(ErrorType, Error));
}

/// <summary>Sent instead of a request; the table's mailbox answers it with its failure.</summary>
internal sealed record RequestTooLarge(string ErrorType, string Error) : TooLarge(ErrorType, Error);

/// <summary>Sent instead of a reply, or of a change; read as its failure.</summary>
internal sealed record ReplyTooLarge(string ErrorType, string Error) : TooLarge(ErrorType, Error);

using Akka.Actor;
using Netshm.Actors;

namespace Sessions;

/// <summary>Serves the sessions: the actors of a web application would ask it, or the table itself.</summary>
internal sealed class SessionActor : ReceiveActor
{
    public SessionActor(TypedTableRef<string, Session> sessions)
    {
        // The table executes one sender's requests in order, so the actor need not wait for one before the next.
        Receive<LogIn>(message => sessions
            .ReplaceAsync(message.User, new Session(message.User, DateTimeOffset.UtcNow, 0, []))
            .PipeTo(Sender, success: () => "logged in"));
        Receive<Put>(message => sessions
            .UpdateAsync(message.User, new Session(message.User, DateTimeOffset.UtcNow, 0, []), session => session with
            {
                Requests = session.Requests + 1,
                Cart = [.. session.Cart, message.Article],
            })
            .PipeTo(Sender));

        // Reads go straight to the memory, on this actor's thread.
        Receive<Show>(message => Sender.Tell(sessions.TryFind(message.User, out Session? session)
            ? session
            : new Status.Failure(new KeyNotFoundException($"{message.User} is not logged in"))));
    }

    /// <summary>Begins a session; answered by a text.</summary>
    internal sealed record LogIn(string User);

    /// <summary>Puts an article into the user's cart; answered by the <see cref="Session"/>.</summary>
    internal sealed record Put(string User, string Article);

    /// <summary>Asks for a user's <see cref="Session"/>.</summary>
    internal sealed record Show(string User);
}

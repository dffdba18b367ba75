using Akka.Actor;

namespace Netshm.Actors.Changes;

/// <summary>What a reference to a subscriber stands for.</summary>
internal static class SubscriberKind
{
    /// <summary>What the names of Akka's function references begin with, the StageActor of Akka.Streams among them.</summary>
    private const string FunctionPrefix = "$$";

    /// <summary>The parent of the references that stand for a promise, as Ask makes them.</summary>
    private const string PromiseParent = "temp";

    /// <summary>
    /// Whether Akka itself answers <see cref="Identify"/> for it. It does so for actors, here and on other machines; other
    /// references hand the question to the code behind them.
    /// </summary>
    public static bool AnswersIdentify(IActorRef subscriber) => subscriber.Path.Address.HasGlobalScope
        ? !subscriber.Path.Name.StartsWith(FunctionPrefix, StringComparison.Ordinal)
            && subscriber.Path.Elements is not [PromiseParent, ..]
        : subscriber is ActorRefWithCell;
}

using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;

namespace Netshm.Actors.Cluster.Reach;

/// <summary>How messages get to the actors that a cluster's nodes have registered by their paths.</summary>
/// <param name="Via">The actor that passes them on.</param>
/// <param name="Wrap">Says to it where a message is to go.</param>
internal sealed record RemoteRoute(IActorRef Via, Func<string, object, object> Wrap)
{
    /// <summary>The way of a member of the cluster: by the mediator.</summary>
    public static RemoteRoute OfMember(ActorSystem system) => new(
        DistributedPubSub.Get(system).Mediator, static (path, message) => new Send(path, message, localAffinity: true));

    /// <summary>The way from outside: by a ClusterClient and a receptionist.</summary>
    public static RemoteRoute OfClient(IActorRef clusterClient) => new(
        clusterClient, static (path, message) => new ClusterClient.Send(path, message, localAffinity: true));

    /// <summary>Sends a message to one of the actors at a path.</summary>
    public void Tell(string path, object message, IActorRef sender) => Via.Tell(Wrap(path, message), sender);
}

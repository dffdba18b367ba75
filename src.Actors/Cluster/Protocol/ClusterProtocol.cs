namespace Netshm.Actors.Cluster;

/// <summary>Marks what <see cref="ClusterSerializer"/> can write.</summary>
internal interface IClusterMessage;

/// <summary>Asks at a table's door for a gate; answered by <see cref="Located"/>, or not while it is closed.</summary>
internal sealed record Locate : IClusterMessage;

/// <summary>The reply to <see cref="Locate"/>.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Gate">The gate's path, without an address.</param>
internal sealed record Located(string Host, string Gate) : IClusterMessage;

/// <summary>Asks a gate for a sign of life; answered by <see cref="Alive"/>.</summary>
internal sealed record Probe : IClusterMessage;

/// <summary>The reply to <see cref="Probe"/>.</summary>
/// <param name="Gate">The gate's path, without an address.</param>
internal sealed record Alive(string Gate) : IClusterMessage;

/// <summary>
/// Hands a question to a gate; answered by <see cref="Answer"/> or <see cref="Failed"/> with the same number.
/// </summary>
/// <param name="Id">The asking reference's number for it.</param>
/// <param name="Question">A request of <see cref="TableProtocol"/> that can be sent to other machines.</param>
internal sealed record Ask(long Id, object Question) : IClusterMessage;

/// <summary>The reply to <see cref="Ask"/>.</summary>
/// <param name="Id">The question's number.</param>
/// <param name="Reply">The reply of the table's actor.</param>
/// <param name="AsOf">
/// The number of the last change in the table's feed before the question was executed: the reply has them all. 0 without
/// a feed.
/// </param>
internal sealed record Answer(long Id, object Reply, long AsOf) : IClusterMessage;

/// <summary>The reply to an <see cref="Ask"/> that failed.</summary>
/// <param name="Id">The question's number.</param>
/// <param name="ErrorType">The full name of the error's type.</param>
/// <param name="Message">The error's message.</param>
internal sealed record Failed(long Id, string ErrorType, string Message) : IClusterMessage;

/// <summary>
/// A message as its own serializer has written it. Akka's ClusterClient writes what it sends as JSON, as which other messages
/// of tables can't be read back.
/// </summary>
/// <param name="Manifest">The message's manifest.</param>
/// <param name="Bytes">What <see cref="ClusterSerializer"/> makes of it.</param>
internal sealed record Letter(string Manifest, byte[] Bytes);

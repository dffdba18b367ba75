using Netshm.Actors.Cluster.Common;

namespace Netshm.Actors.Cluster.Protocol;

/// <summary>Marks the messages of the cluster layer, which have a serializer of their own.</summary>
internal interface IClusterMessage;

/// <summary>Asks at a table's door for a gate; answered by <see cref="Located"/>, or not while it is closed.</summary>
internal sealed record Locate : IClusterMessage;

/// <summary>The reply to <see cref="Locate"/>.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Gate">The gate's path, without an address.</param>
/// <param name="Now">The moment of the answer by the gate's clock.</param>
internal sealed record Located(string Host, string Gate, long Now) : IClusterMessage;

/// <summary>Asks a gate for a sign of life; answered by <see cref="Alive"/>.</summary>
internal sealed record Probe : IClusterMessage;

/// <summary>The reply to <see cref="Probe"/>.</summary>
/// <param name="Gate">The gate's path, without an address.</param>
/// <param name="Now">The moment of the answer by the gate's clock.</param>
internal sealed record Alive(string Gate, long Now) : IClusterMessage;

/// <summary>
/// Hands a question to a gate; answered by <see cref="Answer"/> or <see cref="Failed"/> with the same number.
/// </summary>
/// <param name="Id">The asking reference's number for it.</param>
/// <param name="Question">A request of <see cref="TableProtocol"/> that can be sent to other machines.</param>
/// <param name="Deadline">The moment by the gate's clock from which on it may not be executed any more.</param>
internal sealed record Ask(long Id, object Question, CallDeadline Deadline) : IClusterMessage;

/// <summary>The reply to <see cref="Ask"/>.</summary>
/// <param name="Id">The question's number.</param>
/// <param name="Reply">The reply of the table's actor.</param>
/// <param name="AsOf">
/// The number of the last change in the table's feed before the question was executed: the reply has them all. 0 without
/// a feed.
/// </param>
/// <param name="Now">The moment of the answer by the gate's clock.</param>
internal sealed record Answer(long Id, object Reply, long AsOf, long Now) : IClusterMessage;

/// <summary>The reply to an <see cref="Ask"/> that failed.</summary>
/// <param name="Id">The question's number.</param>
/// <param name="ErrorType">The full name of the error's type.</param>
/// <param name="Message">The error's message.</param>
/// <param name="Now">The moment of the answer by the gate's clock.</param>
internal sealed record Failed(long Id, string ErrorType, string Message, long Now) : IClusterMessage;

/// <summary>The reply to an <see cref="Ask"/> whose answer takes more bytes than a message between nodes may.</summary>
/// <param name="Id">The question's number.</param>
/// <param name="Size">The answer's size in bytes.</param>
/// <param name="Limit">How large it may be.</param>
/// <param name="Now">The moment of the answer by the gate's clock.</param>
internal sealed record AnswerTooLarge(long Id, long Size, long Limit, long Now) : IClusterMessage;

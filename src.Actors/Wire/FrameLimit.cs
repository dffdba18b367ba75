using Akka.Actor;

namespace Netshm.Actors.Wire;

/// <summary>
/// How large a message to another machine may be. Akka drops a larger one with an error in its log, and tells neither its
/// sender nor its receiver; so who sends looks first.
/// </summary>
internal sealed class FrameLimit
{
    /// <summary>The setting that limits a message together with its envelope.</summary>
    public const string Setting = "akka.remote.dot-netty.tcp.maximum-frame-size";

    /// <summary>Room for the envelope: the paths of sender and receiver, the manifest, acknowledgements.</summary>
    private const int EnvelopeInBytes = 4096;

    private FrameLimit(long? maxFrameSize) => Bytes = maxFrameSize - EnvelopeInBytes ?? long.MaxValue;

    /// <summary>
    /// The most bytes that a message may take, without its envelope; <see cref="long.MaxValue"/> in an actor system that
    /// sends nothing to other machines.
    /// </summary>
    public long Bytes { get; }

    /// <summary>No limit.</summary>
    public static FrameLimit None { get; } = new(maxFrameSize: null);

    /// <summary>The limit of an actor system.</summary>
    public static FrameLimit Of(ActorSystem system) => new(system.Settings.Config.GetByteSize(Setting, def: null));

    /// <summary>Why a message can't be sent to another machine, or null when it can.</summary>
    /// <param name="message">What the error calls the message.</param>
    /// <param name="size">Its size in bytes, without an envelope.</param>
    public ValueTooLargeException? RefusalOf(string message, long size) =>
        size <= Bytes ? null : new ValueTooLargeException(message, size, Bytes, Setting);
}

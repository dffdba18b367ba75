using Akka.Event;

namespace Netshm.Actors;

/// <content>Subscribing to the changes of a table; see docs/ChangeFeed.md.</content>
public static partial class TableProtocol
{
    /// <summary>
    /// Asks a table's actor to tell its changes to the sender, which gets <see cref="Subscribed"/> and then
    /// <see cref="Changed"/> and <see cref="Gap"/>, until it dies, sends <see cref="Unsubscribe"/>, or gets
    /// <see cref="ChangesEnded"/>. A second one takes the place of the first.
    /// </summary>
    /// <remarks>
    /// Answered by a failure with an <see cref="InvalidTableOperationException"/> when the table has no change feed. Changes
    /// are sent in runs, the next one when the subscriber has come to the end of the one before; so a slow subscriber has a
    /// short mailbox, and gets a <see cref="Gap"/> when the feed has moved on. Between machines messages can be lost: who has
    /// no filter sees that by the numbers.
    /// </remarks>
    /// <param name="Filter">What is wanted; null for everything.</param>
    /// <param name="From">The number of the first change that is wanted; null for those after this message is read.</param>
    public sealed record Subscribe(ChangeFilter? Filter = null, long? From = null) : IWireMessage, IChangeRequest;

    /// <summary>The first message to a subscriber.</summary>
    /// <param name="Table">The table's name in the configuration.</param>
    /// <param name="Next">The number from which on changes are told.</param>
    public sealed record Subscribed(string Table, long Next) : IWireMessage, IDeadLetterSuppression;

    /// <summary>Ends the sender's subscription; answered by <see cref="Unsubscribed"/>, after which nothing comes.</summary>
    public sealed record Unsubscribe : IWireMessage, IChangeRequest, IDeadLetterSuppression;

    /// <summary>The reply to <see cref="Unsubscribe"/>, also when there was no subscription.</summary>
    /// <param name="Table">The table's name in the configuration.</param>
    public sealed record Unsubscribed(string Table) : IWireMessage, IDeadLetterSuppression;

    /// <summary>One change, by any process; the parts are those of <see cref="TableChange"/>.</summary>
    /// <param name="Table">The table's name in the configuration.</param>
    /// <param name="Number">The change's number.</param>
    /// <param name="Kind">What was done.</param>
    /// <param name="Key">The key.</param>
    /// <param name="LengthInWords">The length of the new value, if there is one.</param>
    /// <param name="Depth">How many newer bindings hid the one that was removed or edited.</param>
    public sealed record Changed(string Table, long Number, ChangeKind Kind, int Key, int LengthInWords, int Depth)
        : IWireMessage, IDeadLetterSuppression;

    /// <summary>Changes that are lost to the subscriber: whatever it has derived from the table, it derives anew.</summary>
    /// <param name="Table">The table's name in the configuration.</param>
    /// <param name="FirstNumber">The first number that is lost.</param>
    /// <param name="Number">The last one.</param>
    public sealed record Gap(string Table, long FirstNumber, long Number) : IWireMessage, IDeadLetterSuppression;

    /// <summary>The last message to a subscriber, when the table's actor has stopped.</summary>
    /// <param name="Table">The table's name in the configuration.</param>
    /// <param name="Reason">Why.</param>
    public sealed record ChangesEnded(string Table, string Reason) : IWireMessage, IDeadLetterSuppression;

    /// <summary>
    /// Marks what is for the publisher of changes. What it sends to a subscriber that is gone is no news for the dead
    /// letters, nor is a subscriber that leaves a table that has gone before.
    /// </summary>
    internal interface IChangeRequest;
}

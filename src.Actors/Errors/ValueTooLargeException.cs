namespace Netshm.Actors;

/// <summary>
/// A request, or its reply, is too large to be sent to another machine. A request was not executed; a request whose reply
/// is too large was. Raise the setting on both machines, or ask for less at a time.
/// </summary>
public sealed class ValueTooLargeException : NetshmException
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is too large.</param>
    /// <param name="size">Its size in bytes.</param>
    /// <param name="limit">The largest size in bytes that would have fitted, beside an envelope.</param>
    /// <param name="setting">The path of the setting that limits it.</param>
    public ValueTooLargeException(string message, long size, long limit, string setting)
        : base(FormattableString.Invariant(
            $"{message} takes {size} bytes; {limit} fit into a frame between machines. Raise {setting} on both of them"))
    {
        Size = size;
        Limit = limit;
        Setting = setting;
    }

    /// <summary>The size of what was to be sent, in bytes.</summary>
    public long Size { get; }

    /// <summary>The largest size that would have fitted, in bytes.</summary>
    public long Limit { get; }

    /// <summary>The path of the setting that limits it.</summary>
    public string Setting { get; }
}

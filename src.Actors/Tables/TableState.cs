namespace Netshm.Actors;

/// <summary>How a table is doing; see <see cref="TableRef.State"/>.</summary>
public enum TableState
{
    /// <summary>Requests are executed, and direct reads answered.</summary>
    Open,

    /// <summary>
    /// Its locks or its file failed, not its contents. It is opened anew, again and again with growing pauses; requests wait
    /// for it until their deadlines, direct reads for the setting <c>lock-timeout</c>.
    /// </summary>
    Reopening,

    /// <summary>
    /// It is damaged: requests and direct reads fail with the damage. It is opened anew when a check, which is made again and
    /// again with growing pauses, finds nothing wrong any more.
    /// </summary>
    Quarantined,

    /// <summary>Its actor has stopped, or is about to. Nothing makes this reference open again.</summary>
    Closed,
}

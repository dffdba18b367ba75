namespace Sessions;

/// <summary>The load: the same for each store.</summary>
internal static class Load
{
    /// <summary>How long it lasts, unless the user says otherwise.</summary>
    public const int Seconds = 7;

    /// <summary>The processes that serve sessions.</summary>
    public const int Processes = 3;

    /// <summary>The tasks of each process that make one request after the other.</summary>
    public const int ClientsPerProcess = 4;

    /// <summary>All clients of all processes.</summary>
    public const int Clients = Processes * ClientsPerProcess;

    /// <summary>The process that is killed, from 0.</summary>
    public const int Victim = 1;

    /// <summary>One of so many requests is an update; the others are reads.</summary>
    public const int RequestsPerUpdate = 10;

    /// <summary>The users, from 0, each of which has a session from the beginning.</summary>
    public const int Users = 2000;
}

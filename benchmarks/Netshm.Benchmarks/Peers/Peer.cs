using Netshm.TestKit;

namespace Netshm.Benchmarks.Peers;

/// <summary>What a peer can do beside reading and replacing.</summary>
[Flags]
internal enum Abilities
{
    /// <summary>Nothing else.</summary>
    None = 0,

    /// <summary>Adds, removes, and goes over all bindings.</summary>
    ChangeKeys = 1,

    /// <summary>Reads, modifies and writes with nobody in between.</summary>
    Modify = 2,

    /// <summary>Replaces several values, all or none.</summary>
    Transact = 4,

    /// <summary>Several threads use one handle, or one each.</summary>
    Threads = 8,

    /// <summary>Several processes use one store.</summary>
    Processes = 16,

    /// <summary>Grows without being told the number of records.</summary>
    Grows = 32,

    /// <summary>Keeps its records in a file, which can be opened again.</summary>
    Reopens = 64,

    /// <summary>Runs on the managed heap, so that allocation is known.</summary>
    Managed = 128,
}

/// <summary>A system under measurement, which runs in processes of its own.</summary>
/// <param name="Name">A short name, for command lines and tables of figures.</param>
/// <param name="Label">What reports call it.</param>
/// <param name="Configuration">How it is configured, and why that is its best.</param>
/// <param name="Abilities">What it can do.</param>
/// <param name="Command">Gives the program and its arguments; the program is compiled if need be.</param>
internal sealed record Peer(
    string Name, string Label, string Configuration, Abilities Abilities, Func<string[]> Command)
{
    /// <summary>The peer that makes the table which this one only joins, if any.</summary>
    public Peer? Maker { get; init; }

    /// <summary>The longest values that it can have here, in words.</summary>
    public int LongestValue { get; init; } = int.MaxValue;

    /// <summary>Whether it has all the abilities.</summary>
    public bool Can(Abilities abilities) => (Abilities & abilities) == abilities;

    /// <summary>Starts a process of it.</summary>
    public ChildProcess Start(TimeSpan patience)
    {
        string[] command = Command();
        return ChildProcess.Start(Label, command[0], command[1..], patience);
    }
}

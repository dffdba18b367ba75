using System.Collections.Concurrent;

namespace Netshm.Tool.CommandLine;

/// <summary>
/// What a command has begun to make and goes away unless it is completed: also when the program ends without the command
/// coming to its own end, because it waits for input, a lock or a disk when the user has interrupted it.
/// </summary>
internal sealed class Unfinished : IDisposable
{
    private static readonly ConcurrentDictionary<Unfinished, Action> s_all = [];

    /// <param name="remove">Removes it, in whatever state it is.</param>
    public Unfinished(Action remove) => s_all[this] = remove;

    /// <summary>Removes everything that is unfinished, while its commands may still be running.</summary>
    public static void RemoveAll()
    {
        foreach (Unfinished unfinished in s_all.Keys)
            unfinished.Dispose();
    }

    /// <summary>It stays.</summary>
    public void Complete() => s_all.TryRemove(this, out _);

    /// <summary>Removes it, unless it is completed or was removed before.</summary>
    public void Dispose()
    {
        if (s_all.TryRemove(this, out Action? remove))
            remove();
    }
}

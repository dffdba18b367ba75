using System.Globalization;
using Akka.Configuration;

namespace Netshm.Actors.Cluster.Sharding;

/// <summary>
/// A sharded table's files on this host, which all its processes there share: <c>LOCATION.PARTITION.GENERATION</c> for each
/// copy of a partition, and the <see cref="HostLedger"/> <c>LOCATION.host</c>.
/// </summary>
/// <remarks>Safe for use by several threads.</remarks>
internal sealed class PartitionFiles
{
    private readonly string _location;
    private readonly string _directory;
    private readonly string _prefix;

    public PartitionFiles(SharedMemoryName location)
    {
        _location = location.ToString();
        _directory = Path.GetDirectoryName(Path.GetFullPath(location.MemoryPath))
            ?? throw new ConfigurationException($"{location} is no name of files");
        _prefix = Path.GetFileName(location.MemoryPath) + ".";
    }

    /// <summary>The name of the host's ledger.</summary>
    public SharedMemoryName Ledger => SharedMemoryName.Parse(_location + ".host");

    /// <summary>The name of the file of one copy of a partition.</summary>
    public SharedMemoryName NameOf(int partition, Generation generation) =>
        SharedMemoryName.Parse(string.Create(CultureInfo.InvariantCulture, $"{_location}.{partition}.{generation}"));

    /// <summary>Whether this host has a file for the copy.</summary>
    public bool Has(int partition, Generation generation) => File.Exists(NameOf(partition, generation).MemoryPath);

    /// <summary>Removes the file of a copy, if there is one; who has it open keeps it.</summary>
    public void Remove(int partition, Generation generation)
    {
        try
        {
            SharedMemoryObject.Unlink(NameOf(partition, generation));
        }
        catch (FileNotFoundException)
        {
            // Another process of the host was faster.
        }
    }

    /// <summary>Removes the files of all copies that can't count any more when the given one does.</summary>
    public void RemoveSuperseded(int partition, Generation current)
    {
        foreach (Generation generation in GenerationsOf(partition))
        {
            if (current.Supersedes(generation))
                Remove(partition, generation);
        }
    }

    private List<Generation> GenerationsOf(int partition)
    {
        string prefix = string.Create(CultureInfo.InvariantCulture, $"{_prefix}{partition}.");
        List<Generation> found = [];
        foreach (string path in Directory.EnumerateFiles(_directory, prefix + "*"))
        {
            if (Generation.TryParse(Path.GetFileName(path)[prefix.Length..], out Generation? generation))
                found.Add(generation.Value);
        }

        return found;
    }
}

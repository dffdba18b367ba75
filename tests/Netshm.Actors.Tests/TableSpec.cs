using Akka.Configuration;
using Netshm.TestKit;

namespace Netshm.Actors.Tests;

/// <summary>
/// A spec with an actor system and one table "test" of its own, which is checked and unlinked at the end.
/// </summary>
public abstract class TableSpec : Akka.TestKit.Xunit2.TestKit
{
    /// <summary>The first word of a binding's first page, as docs/FileFormat.md has it.</summary>
    protected const int BindingMagic = 0x12DE9F67;

    /// <summary>How long a spec waits for what must happen.</summary>
    protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Starts the actor system.</summary>
    /// <param name="settings">Settings of the table, besides its location.</param>
    /// <param name="config">Further configuration.</param>
    protected TableSpec(string settings = "", string config = "")
        : this(new TempTable(), settings, config)
    {
    }

    private TableSpec(TempTable temp, string settings, string config)
        : base(Configure(temp.Name, settings).WithFallback(ConfigurationFactory.ParseString(config)))
    {
        Temp = temp;
        Table = Sys.Netshm().OpenTable("test");
    }

    /// <summary>The table's file.</summary>
    protected TempTable Temp { get; }

    /// <summary>The table.</summary>
    protected TableRef Table { get; }

    /// <summary>The table's handle that its actor works with.</summary>
    private protected ShmTable Batches => Sys.Netshm().HostOf(Table.Actor).Batches;

    /// <summary>The configuration of a table "test" at a location.</summary>
    protected static Config Configure(SharedMemoryName location, string settings = "") =>
        ConfigurationFactory.ParseString($$"""
            akka.loglevel = WARNING
            akka.stdout-loglevel = WARNING
            netshm.table.test {
              location = "{{location}}"
              {{settings}}
            }
            """);

    /// <summary>Asserts that a value has certain words, and is there at all.</summary>
    protected static void AssertWords(int[]? actual, params int[] expected) =>
        Assert.Equal((IEnumerable<int>)expected, actual);

    /// <summary>Another process that holds the table's write lock until it is told to let go.</summary>
    protected ChildProcess HoldLock()
    {
        ChildProcess holder = WorkerProcess.Start(
            "hold", Temp.Name.ToString(), Batches.Locking.ToString(), nameof(GroupIntent.Write));
        Assert.Equal("held", holder.ReadLine());
        return holder;
    }

    /// <summary>The page of the only binding that the table has ever had.</summary>
    protected int PageOfOnlyBinding()
    {
        int page = 0;
        while (Batches.Memory[page, 0] != BindingMagic)
            page++;
        return page;
    }

    /// <inheritdoc/>
    protected override void AfterAll()
    {
        base.AfterAll();
        Temp.Dispose();
    }
}

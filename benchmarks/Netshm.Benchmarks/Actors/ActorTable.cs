using Akka.Actor;
using Akka.Configuration;
using Netshm.Actors;
using Netshm.TestKit;

namespace Netshm.Benchmarks.Actors;

/// <summary>An actor system with tables of one locking method: a plain one and a typed one.</summary>
internal sealed class ActorTable : IDisposable
{
    private ActorTable(LockingMethod locking, SharedMemoryName plain, SharedMemoryName typed)
    {
        Locking = locking;
        System = ActorSystem.Create("benchmark", ConfigurationFactory.ParseString(
            $$"""
            akka.loglevel = WARNING
            netshm.default-table.locking = {{locking}}
            netshm.table.plain.location = "{{plain}}"
            netshm.table.typed.location = "{{typed}}"
            """));
        Table = System.Netshm().OpenTable("plain");
        Sessions = System.Netshm().OpenTable("typed", DataManagers.String, new JsonDataManager<Session>());
    }

    /// <summary>Starts a system with new tables.</summary>
    public static ActorTable Fresh(LockingMethod locking) => new(locking, TempTable.FreshName(), TempTable.FreshName());

    /// <summary>Starts a system whose plain table is there already.</summary>
    public static ActorTable Over(SharedMemoryName plain, LockingMethod locking) =>
        new(locking, plain, TempTable.FreshName());

    /// <summary>How the tables are locked.</summary>
    public LockingMethod Locking { get; }

    /// <summary>The actor system.</summary>
    public ActorSystem System { get; }

    /// <summary>The plain table.</summary>
    public TableRef Table { get; }

    /// <summary>The typed table.</summary>
    public TypedTableRef<string, Session> Sessions { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        System.Terminate().Wait();
        foreach (TableRef table in (TableRef[])[Table, Sessions.Table])
            SharedMemoryObject.Unlink(table.Settings.Location);
    }

    /// <summary>A typical typed value.</summary>
    internal sealed record Session(string User, int Visits, string[] Rights);
}

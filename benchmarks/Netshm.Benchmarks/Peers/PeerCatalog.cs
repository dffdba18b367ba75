using Netshm.Benchmarks.Peers.Stores;

namespace Netshm.Benchmarks.Peers;

/// <summary>All peers, with their best configurations.</summary>
internal static class PeerCatalog
{
    private const Abilities Table = Abilities.ChangeKeys | Abilities.Modify;
    private const Abilities ManyProcesses = Abilities.Threads | Abilities.Processes;
    private const Abilities Ours = Table | ManyProcesses | Abilities.Grows | Abilities.Reopens | Abilities.Managed;

    /// <summary>This library with its default locking method: what the others are compared with.</summary>
    public static Peer NetshmFutex { get; } = Managed(
        "netshm-futex", "Netshm, Futex",
        "Pages of whole cache lines that hold a value (64 bytes for 8 words), growing from the default size; filled, in huge pages.",
        Ours | Abilities.Transact);

    /// <summary>This library with the locks that OCaml programs take.</summary>
    public static Peer NetshmRecord { get; } = Managed(
        "netshm-record", "Netshm, Record", "As Futex, but pages of at least 192 bytes, which OCaml programs can open.", Ours);

    /// <summary>This library without locks.</summary>
    public static Peer NetshmNone { get; } = Managed(
        "netshm-none", "Netshm, None", "As Futex; for one process.", Ours & ~Abilities.Processes);

    /// <summary>What the format allows.</summary>
    public static Peer Bare { get; } = new(
        "bare", "bare loop over the format",
        "C over the same file: no checks, no locks; batches with prefetching; overwrites values in place.",
        Abilities.None, () => [NativePrograms.C("bare")])
    { Maker = NetshmNone };

    /// <summary>The original.</summary>
    public static Peer OcamlnetRecord { get; } = Ocamlnet("record", "record locking", Abilities.Processes);

    /// <summary>The original without locks.</summary>
    public static Peer OcamlnetNone { get; } = Ocamlnet("none", "no locking", Abilities.None);

    /// <summary>Samba's database with fcntl locks.</summary>
    public static Peer TdbFcntl { get; } = Tdb("fcntl", "fcntl locks, batches under one lock");

    /// <summary>Samba's database with mutexes.</summary>
    public static Peer TdbMutex { get; } = Tdb("mutex", "a robust mutex for each chain");

    /// <summary>LMDB, each read in a transaction of its own.</summary>
    public static Peer Lmdb { get; } = Managed(
        "lmdb", "LMDB", "LightningDB 0.23, NOSYNC, WRITEMAP, on tmpfs, integer keys; reading transactions are renewed, "
        + "each operation is its own transaction, a batch is one.",
        Table | ManyProcesses | Abilities.Transact | Abilities.Grows | Abilities.Reopens | Abilities.Managed);

    /// <summary>LMDB, all reads in one transaction.</summary>
    public static Peer LmdbOneTransaction { get; } = Managed(
        "lmdb-one", "LMDB, one transaction", "As LMDB, but all reads up to the next write share one snapshot.",
        Abilities.Reopens | Abilities.Managed | ManyProcesses);

    /// <summary>FASTER.</summary>
    public static Peer Faster { get; } = Managed(
        "faster", "FASTER",
        "2.6.5, values as structures (of 1000 bytes at most), log in memory and mutable, index sized for the records, "
        + "RecordIsolation, since readers see torn values without it.",
        Table | Abilities.Threads | Abilities.Managed) with
    { LongestValue = 250 };

    /// <summary>The dictionary of .NET.</summary>
    public static Peer Dictionary { get; } = Managed(
        "dictionary", "ConcurrentDictionary", "Arrays as values, copied out; a new array for each write. In one process only.",
        Table | Abilities.Threads | Abilities.Grows | Abilities.Managed);

    /// <summary>The cache of .NET.</summary>
    public static Peer MemoryCache { get; } = Managed(
        "memorycache", "MemoryCache", "No limits, no expiry; arrays as values, copied out. In one process only.",
        Abilities.ChangeKeys | Abilities.Threads | Abilities.Grows | Abilities.Managed);

    /// <summary>Redis over TCP.</summary>
    public static Peer RedisTcp { get; } = Redis("tcp", "TCP");

    /// <summary>Redis over a Unix socket.</summary>
    public static Peer RedisUnix { get; } = Redis("unix", "Unix socket");

    /// <summary>SQLite.</summary>
    public static Peer Sqlite { get; } = Managed(
        "sqlite", "SQLite, WAL", "Microsoft.Data.Sqlite, WAL, synchronous off, memory-mapped on tmpfs, prepared statements.",
        Table | ManyProcesses | Abilities.Transact | Abilities.Grows | Abilities.Reopens | Abilities.Managed);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Peer> All { get; } =
    [
        NetshmFutex, NetshmRecord, NetshmNone, Bare, OcamlnetRecord, OcamlnetNone, TdbMutex, TdbFcntl, Lmdb,
        LmdbOneTransaction, Faster, Dictionary, MemoryCache, Sqlite, RedisUnix, RedisTcp,
    ];

    /// <summary>Opens the store of a peer that .NET programs use; for its own process.</summary>
    public static Func<StorePlace, Store> StoreOf(string name) => name switch
    {
        "netshm-futex" => place => new NetshmStore(place, LockingMethod.Futex),
        "netshm-record" => place => new NetshmStore(place, LockingMethod.Record),
        "netshm-none" => place => new NetshmStore(place, LockingMethod.None),
        "lmdb" => place => new LmdbStore(place, readsInOneTransaction: false),
        "lmdb-one" => place => new LmdbStore(place, readsInOneTransaction: true),
        "faster" => FasterStore.Open,
        "dictionary" => place => new DictionaryStore(place),
        "memorycache" => place => new MemoryCacheStore(place),
        "sqlite" => place => new SqliteStore(place),
        "redis-tcp" => place => new RedisStore(place, overTcp: true),
        "redis-unix" => place => new RedisStore(place, overTcp: false),
        _ => throw new ArgumentException($"There is no peer {name}", nameof(name)),
    };

    /// <summary>This program's path.</summary>
    public static string Program => typeof(PeerCatalog).Assembly.Location;

    /// <summary>The command that serves a peer's store from a build of this program.</summary>
    public static string[] CommandOf(string program, string name) => ["dotnet", "exec", program, "peer", name];

    private static Peer Managed(string name, string label, string configuration, Abilities abilities) =>
        new(name, label, configuration, abilities, () => CommandOf(Program, name));

    private static Peer Ocamlnet(string locking, string text, Abilities more) => new(
        $"ocamlnet-{locking}", $"Ocamlnet, {text}",
        "Ocamlnet's Netshm, growing from the default size, pages that hold a value (at least 192 bytes); batches are groups.",
        Table | Abilities.Grows | Abilities.Reopens | more, () => [NativePrograms.Ocaml("ocamlnet"), locking]);

    private static Peer Tdb(string locking, string text) => new(
        $"tdb-{locking}", $"TDB, {locking}", $"libtdb, {text}; NOSYNC, a hash chain for each record, better hash.",
        Table | Abilities.Processes | Abilities.Transact | Abilities.Reopens,
        () => [NativePrograms.C("tdb", "tdb"), locking]);

    private static Peer Redis(string transport, string text) => Managed(
        $"redis-{transport}", $"Redis, {text}",
        "No persistence; blocking RESP client on one socket; batches are pipelined, modifications are a script.",
        Table | ManyProcesses | Abilities.Transact | Abilities.Grows);
}

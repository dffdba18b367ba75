namespace Netshm;

/// <summary>The name of a shared-memory object (the original's <c>shm_name</c>).</summary>
/// <remarks>
/// The text form is <c>file:/path</c>, <c>posix:/companion/path,/object</c> or <c>local:name</c>;
/// <see cref="ToString"/> writes it and <see cref="Parse"/> reads it.
/// </remarks>
public abstract record SharedMemoryName
{
    private const string SidecarSuffix = ".netshm", SidecarDraftSuffix = SidecarSuffix + ".new";

    private protected SharedMemoryName()
    {
    }

    /// <summary>The kind of object the name stands for (the original's <c>shm_type_of_name</c>).</summary>
    public abstract SharedMemoryType Type { get; }

    /// <summary>
    /// The path of the ordinary file that carries the locks: the table itself (<see cref="SharedMemoryType.File"/>)
    /// or its companion (<see cref="SharedMemoryType.Posix"/>).
    /// </summary>
    public abstract string LockPath { get; }

    /// <summary>The path at which the table's memory lies in the file system.</summary>
    public abstract string MemoryPath { get; }

    /// <summary>Where the file lies that <see cref="LockingMethod.Futex"/> needs beside the memory.</summary>
    internal string SidecarPath => MemoryPath + SidecarSuffix;

    /// <summary>Where the sidecar lies until it is complete.</summary>
    internal string SidecarDraftPath => MemoryPath + SidecarDraftSuffix;

    /// <summary>Makes sure that the directory in which the name is to be opened is nobody else's, where it is to be ours.</summary>
    /// <param name="mayCreate">Whether to create it where it is missing.</param>
    internal virtual void EnsureDirectory(bool mayCreate)
    {
    }

    /// <summary>The name with every X of its last components given to <paramref name="draw"/>.</summary>
    internal abstract SharedMemoryName ReplaceX(Func<char> draw);

    /// <summary>Names an ordinary file.</summary>
    /// <param name="path">
    /// The path, as Linux reads it: case matters, and it is taken relative to the current directory unless it begins with a
    /// slash. Its last part may have 244 bytes in UTF-8, which leaves room for the ending <c>.netshm.new</c>.
    /// </param>
    /// <exception cref="ArgumentException">The path is empty, or has a NUL or half of a surrogate pair.</exception>
    /// <exception cref="PathTooLongException">The path or a part of it is longer than Linux allows.</exception>
    public static SharedMemoryName File(string path) => new FileName(path);

    /// <summary>Names a POSIX shared-memory object and its companion file.</summary>
    /// <param name="filePath">The companion: an ordinary file that carries the locks.</param>
    /// <param name="objectName">
    /// The object's name: a slash, and other characters without a slash that have 1 to 244 bytes in UTF-8.
    /// </param>
    /// <exception cref="ArgumentException">A part is malformed, or has a NUL or half of a surrogate pair.</exception>
    /// <exception cref="PathTooLongException">A part is longer than Linux allows.</exception>
    public static SharedMemoryName Posix(string filePath, string objectName) => new PosixName(filePath, objectName);

    /// <summary>
    /// Names a file in this user's own directory on the shared-memory file system, <c>/dev/shm/netshm-UID</c>, which
    /// is created with mode 0700 when the file is. It must belong to the user, and nobody else may be able to enter it.
    /// </summary>
    /// <param name="name">A file name of up to 244 bytes in UTF-8: no slash, and neither "." nor "..".</param>
    /// <exception cref="ArgumentException">The name is malformed, or has a NUL or half of a surrogate pair.</exception>
    /// <exception cref="PathTooLongException">The name is longer.</exception>
    public static SharedMemoryName Local(string name) => new LocalName(name);

    /// <summary>Reads the text form.</summary>
    /// <exception cref="FormatException">The text is not of the form, or has a NUL or half of a surrogate pair.</exception>
    /// <exception cref="PathTooLongException">A path in it is longer than Linux allows.</exception>
    public static SharedMemoryName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split(':', 2);
        try
        {
            return parts switch
            {
                ["file", var path] => File(path),
                ["local", var name] => Local(name),
                ["posix", var pair] when pair.LastIndexOf(',') is var comma and >= 0 =>
                    Posix(pair[..comma], pair[(comma + 1)..]),
                _ => throw Malformed(text),
            };
        }
        catch (ArgumentException e)
        {
            throw Malformed(text, e);
        }
    }

    private static string ReplaceX(string path, Func<char> draw)
    {
        int lastComponent = path.LastIndexOf('/') + 1;
        return path[..lastComponent] + string.Concat(path[lastComponent..].Select(c => c == 'X' ? draw() : c));
    }

    private static FormatException Malformed(string text, Exception? cause = null) =>
        new($"'{text}' is not a shared-memory name; expected file:/path, posix:/path,/object or local:name", cause);

    private sealed record FileName : SharedMemoryName
    {
        private readonly string _path;

        public FileName(string path)
        {
            ArgumentException.ThrowIfNullOrEmpty(path);
            NativeText.ThrowIfUnfitForPath(path, SidecarDraftSuffix);
            _path = path;
        }

        public override SharedMemoryType Type => SharedMemoryType.File;

        public override string LockPath => _path;

        public override string MemoryPath => _path;

        public override string ToString() => $"file:{_path}";

        internal override SharedMemoryName ReplaceX(Func<char> draw) => new FileName(ReplaceX(_path, draw));
    }

    private sealed record PosixName : SharedMemoryName
    {
        private readonly string _filePath;
        private readonly string _objectName;

        public PosixName(string filePath, string objectName)
        {
            ArgumentException.ThrowIfNullOrEmpty(filePath);
            ArgumentException.ThrowIfNullOrEmpty(objectName);
            NativeText.ThrowIfUnfitForPath(filePath, "");
            NativeText.ThrowIfUnfitForPath(SharedMemoryFileSystem.Directory + objectName, SidecarDraftSuffix, nameof(objectName));
            if (objectName is not ['/', _, ..] || objectName.LastIndexOf('/') != 0 || objectName is "/." or "/..")
            {
                throw new ArgumentException(
                    $"'{objectName}' is not an object name; expected a slash and other characters", nameof(objectName));
            }

            _filePath = filePath;
            _objectName = objectName;
        }

        public override SharedMemoryType Type => SharedMemoryType.Posix;

        public override string LockPath => _filePath;

        public override string MemoryPath => SharedMemoryFileSystem.Directory + _objectName;

        public override string ToString() => $"posix:{_filePath},{_objectName}";

        internal override SharedMemoryName ReplaceX(Func<char> draw) =>
            new PosixName(ReplaceX(_filePath, draw), ReplaceX(_objectName, draw));
    }

    private sealed record LocalName : SharedMemoryName
    {
        private readonly string _name;

        public LocalName(string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            if (name.Contains('/', StringComparison.Ordinal) || name is "." or "..")
                throw new ArgumentException($"'{name}' is not a file name", nameof(name));
            NativeText.ThrowIfUnfitForPath($"{SharedMemoryFileSystem.UserDirectory}/{name}", SidecarDraftSuffix, nameof(name));
            _name = name;
        }

        public override SharedMemoryType Type => SharedMemoryType.File;

        public override string LockPath => $"{SharedMemoryFileSystem.UserDirectory}/{_name}";

        public override string MemoryPath => LockPath;

        public override string ToString() => $"local:{_name}";

        internal override void EnsureDirectory(bool mayCreate) =>
            SharedMemoryFileSystem.EnsurePrivate(SharedMemoryFileSystem.UserDirectory, mayCreate);

        internal override SharedMemoryName ReplaceX(Func<char> draw) => new LocalName(ReplaceX(_name, draw));
    }
}

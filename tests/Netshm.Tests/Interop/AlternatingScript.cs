using Netshm.TestKit;

namespace Netshm.Tests.Interop;

/// <summary>One random script on a fresh table; see <see cref="AlternatingScriptTests"/>.</summary>
internal sealed class AlternatingScript
{
    private readonly ChildProcess _ocaml;
    private readonly int _pageSize;
    private readonly SharedMemoryType _type;
    private readonly Random _random;
    private readonly LockingMethod _locking;
    private readonly ScriptWriter _writer;
    private readonly TableModel _model = new();
    private readonly List<string> _history = [];

    /// <summary>Decides on the script.</summary>
    public AlternatingScript(ChildProcess ocaml, int pageSize, SharedMemoryType type, Random random)
    {
        _ocaml = ocaml;
        _pageSize = pageSize;
        _type = type;
        _random = random;
        _locking = random.Next(3) == 0 ? LockingMethod.None : LockingMethod.Record;
        _writer = new ScriptWriter(random, pageSize / sizeof(int));
    }

    /// <summary>Runs the script.</summary>
    /// <exception cref="ScriptFailedException">An answer differs; the message tells the commands before it.</exception>
    public void Run()
    {
        var options = new ShmTableOptions { Locking = _locking, LockTimeout = TimeSpan.FromSeconds(20) };
        using var temp = new TempTable(_type, options);
        try
        {
            RunOn(temp);
        }
        catch (Exception e)
        {
            // The failure at hand tells more than the final check of what it left behind.
            temp.IsDamagedOnPurpose();
            throw new ScriptFailedException(_history, e);
        }
    }

    private void RunOn(TempTable temp)
    {
        ShmTable ours = Create(temp);
        for (int step = 0; step < _writer.Length; step++)
        {
            string command = _writer.NextCommand(_model);
            bool isOcamlsTurn = _random.Next(2) == 0 && !LeaksLocksInOcamlnet(command);
            AssertAnswer(command, isOcamlsTurn ? null : ours);
            if (_random.Next(20) == 0)
                ours = Reopen(temp, ours);
        }

        foreach (string command in (string[])["iter", "iter_keys", "length"])
        {
            AssertAnswer(command, ours);
            AssertAnswer(command, null);
        }

        Assert.Equal("ok", Note("ocaml", "close", _ocaml.Ask("close")));
        Assert.True(ours.Check().IsConsistent, ours.Check().ToString());
    }

    /// <summary>
    /// Ocamlnet keeps write locks for ever when it removes a binding other than the newest, which would lock us out.
    /// </summary>
    private bool LeaksLocksInOcamlnet(string command) =>
        _locking == LockingMethod.Record && command.StartsWith("write_remove", StringComparison.Ordinal)
        && !command.EndsWith(" 0", StringComparison.Ordinal);

    /// <summary>Lets one side create the table, and the other one open it then.</summary>
    private ShmTable Create(TempTable temp)
    {
        ShmTableOptions creation = temp.Options with { PageSize = _pageSize, Init = _writer.Init };
        if (_random.Next(2) == 0)
        {
            OpenInOcaml(temp.Name, _writer.Init);
            return OpenHere(temp);
        }

        Note("ours", FormattableString.Invariant($"open {_pageSize} {_writer.Init}"), "ok");
        ShmTable table = temp.Open(creation);
        OpenInOcaml(temp.Name, null);
        return table;
    }

    private ShmTable Reopen(TempTable temp, ShmTable ours)
    {
        if (_random.Next(2) == 0)
        {
            ours.Dispose();
            return OpenHere(temp);
        }

        Assert.Equal("ok", Note("ocaml", "close", _ocaml.Ask("close")));
        OpenInOcaml(temp.Name, null);
        return ours;
    }

    private ShmTable OpenHere(TempTable temp)
    {
        Note("ours", "open", "ok");
        return temp.Open(_random.Next(2) == 0 ? temp.Options : temp.Options with { PageSize = _pageSize });
    }

    private void OpenInOcaml(SharedMemoryName name, int? init)
    {
        string locking = _locking == LockingMethod.None ? "none" : "record";
        string command = FormattableString.Invariant(
            $"open {name} {_pageSize} {(init is null ? "-" : init)} {locking}");
        Assert.Equal("ok", Note("ocaml", command, _ocaml.Ask(command)));
    }

    private void AssertAnswer(string command, ShmTable? ours)
    {
        string expected = ScriptCommands.Expect(_model, _pageSize / sizeof(int), command);
        string answer = ours is null ? _ocaml.Ask(command) : ScriptCommands.Answer(ours, command);
        Note(ours is null ? "ocaml" : "ours", command, answer);
        Assert.Equal(expected, answer);
    }

    private string Note(string side, string command, string answer)
    {
        _history.Add($"{side}: {command} -> {answer}");
        return answer;
    }
}

/// <summary>A script failed; the message holds its last commands.</summary>
internal sealed class ScriptFailedException(List<string> history, Exception cause)
    : Exception($"{cause.Message}\nafter {history.Count} commands, of which the last:\n{Tail(history)}", cause)
{
    private const int CommandsShown = 30;
    private const int CharactersShown = 200;

    private static string Tail(List<string> history) =>
        string.Join('\n', history.TakeLast(CommandsShown).Select(Shorten));

    private static string Shorten(string line) =>
        line.Length <= CharactersShown ? line : line[..CharactersShown] + "...";
}

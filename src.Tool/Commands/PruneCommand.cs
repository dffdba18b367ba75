namespace Netshm.Tool.Commands;

/// <summary>Removes files that nobody needs any more.</summary>
internal sealed class PruneCommand : PlacesCommand
{
    private readonly CommandOption<bool> _yes = new("--yes")
    {
        Description = "Remove them; without it they are only listed.",
    };

    public PruneCommand()
        : base(
            "prune",
            "Removes files that nobody needs any more: sidecars without their table, companions without their object, "
            + "and drafts. Never a table.",
            "prune",
            "prune --yes",
            "prune /var/lib/app --yes --json") =>
        Options.Add(_yes);

    protected override int Run(Invocation invocation)
    {
        bool remove = invocation.Get(_yes);
        int removed = 0;
        foreach (Orphan orphan in UsualPlaces.Orphans(Directories(invocation)).ToList())
        {
            bool isRemoved = remove && orphan.Remove();
            removed += isRemoved ? 1 : 0;
            string answer = isRemoved ? "removed" : remove ? "left, since it is needed again or not ours" : "would go";
            invocation.Output.Write(
                new { orphan.Path, orphan.Reason, removed = isRemoved }, $"{orphan.Path}: {orphan.Reason}; {answer}");
        }

        if (!invocation.Output.IsJson)
            Output.WriteLine(remove ? $"{removed} removed" : "nothing removed; --yes removes");
        return ExitCode.Fine;
    }
}

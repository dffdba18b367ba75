namespace Netshm.Tool.Commands;

/// <summary>Binds a key to a value, in the place of its newest binding.</summary>
internal sealed class SetCommand : WriteCommand
{
    public SetCommand()
        : base(
            "set",
            "Replaces a key's newest binding, or adds one where there is none.",
            "set local:scores 7 1,2,3",
            """set local:sessions ann '{"name":"Ann"}' --key string --value json""")
    {
    }

    protected override void Write(TypedView view, string key, string value) => view.Replace(key, value);
}

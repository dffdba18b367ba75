namespace Netshm.Tool.Commands;

/// <summary>Adds a binding.</summary>
internal sealed class AddCommand : WriteCommand
{
    public AddCommand()
        : base(
            "add",
            "Adds a binding, which hides the older ones of the key until it is removed.",
            "add local:scores 7 4,5",
            "add local:counts apple 3 --key string --value int32")
    {
    }

    protected override void Write(TypedView view, string key, string value) => view.Add(key, value);
}

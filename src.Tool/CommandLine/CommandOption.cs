namespace Netshm.Tool.CommandLine;

/// <summary>An option of a command, under a name that the library's <see cref="Netshm.Option{T}"/> does not bear, too.</summary>
internal sealed class CommandOption<T>(string name) : System.CommandLine.Option<T>(name);

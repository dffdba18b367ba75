namespace Netshm.Tool.CommandLine;

/// <summary>An option of a command; not to be confused with the library's <see cref="Netshm.Option{T}"/>.</summary>
internal sealed class CommandOption<T>(string name) : System.CommandLine.Option<T>(name);

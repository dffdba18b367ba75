namespace Netshm.Fuzzing.Runs;

/// <summary>Damage had a consequence that it must not have.</summary>
internal class FuzzFailureException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>An operation took too long; once may be the machine's fault.</summary>
internal sealed class TooSlowException(string message) : FuzzFailureException(message);

namespace WordCount;

/// <summary>The command line or an input file is not what was expected; the message says what was found.</summary>
internal sealed class InputException(string message, Exception? innerException = null)
    : Exception(message, innerException);

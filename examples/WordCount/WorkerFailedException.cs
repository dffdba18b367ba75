namespace WordCount;

/// <summary>A worker process ended, or wrote something unexpected, before its work was done.</summary>
internal sealed class WorkerFailedException(string message) : Exception(message);

using System.ComponentModel;
using Netshm;
using StackExchange.Redis;

namespace Sessions;

/// <summary>Which exceptions are told by their messages alone.</summary>
internal static class Failure
{
    /// <summary>Whether an exception comes from the machine or a store, and not from an error in this program.</summary>
    public static bool IsExpected(Exception e) => e is NetshmException or RedisException or TimeoutException
        or FormatException or IOException or UnauthorizedAccessException or Win32Exception
        or ProcessFailedException or MissingSessionException;
}

/// <summary>A process that this program has started did not do what it should.</summary>
internal sealed class ProcessFailedException(string message) : Exception(message);

/// <summary>A session that was created is not there.</summary>
internal sealed class MissingSessionException(int user) : Exception($"user {user} has no session any more");

using System.Collections;

namespace Sessions;

/// <summary>Looks for updates that were acknowledged and that the store does not hold.</summary>
internal static class LostUpdates
{
    /// <summary>Verifies each acknowledged update.</summary>
    /// <remarks>
    /// The updates of a session are numbered by what the session counts. An update is lost if the session counts less than its
    /// number, and if another one got the same number: then the session has gone back in between.
    /// </remarks>
    /// <returns>How many were acknowledged, and how many of them are lost.</returns>
    public static async Task<(long Acknowledged, long Lost)> CountAsync(Board board, ISessionStore store)
    {
        var numbers = new BitArray[Load.Users]; // Those that were acknowledged, for each session.
        for (int user = 0; user < numbers.Length; user++)
            numbers[user] = new BitArray(1 + ((await store.FindAsync(user))?.Requests ?? 0));

        long acknowledged = 0;
        long lost = 0;
        foreach ((int user, int number) in board.Acknowledgements())
        {
            acknowledged++;
            if (number < numbers[user].Length && !numbers[user][number])
                numbers[user][number] = true;
            else
                lost++;
        }

        return (acknowledged, lost);
    }
}

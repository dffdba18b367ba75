using System.Globalization;
using Xunit.Abstractions;

namespace Netshm.TestKit;

/// <summary>The seed of a test's randomness: printed, part of each failure, and replayable.</summary>
/// <remarks>The environment variable <c>NETSHM_SEED</c> replays a run.</remarks>
public sealed class Seed
{
    private const string Variable = "NETSHM_SEED";

    private Seed(int value) => Value = value;

    /// <summary>The number.</summary>
    public int Value { get; }

    /// <summary>Takes the seed to replay, or a fresh one, and prints it.</summary>
    public static Seed Take(ITestOutputHelper output)
    {
        ArgumentNullException.ThrowIfNull(output);
        string? text = Environment.GetEnvironmentVariable(Variable);
        var seed = new Seed(text is null ? Random.Shared.Next() : int.Parse(text, CultureInfo.InvariantCulture));
        output.WriteLine(seed.ToString());
        return seed;
    }

    /// <summary>Runs a random test; its failure names the seed.</summary>
    public void Run(Action<Random> body) => Run(0, body);

    /// <summary>Runs one of several random parts of a test, each with numbers of its own.</summary>
    /// <param name="part">The part's number, which is named with the seed in its failure.</param>
    /// <param name="body">The part.</param>
    /// <exception cref="SeededTestException">The part failed.</exception>
    public void Run(int part, Action<Random> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        try
        {
            body(new Random(unchecked((Value * 31) + part)));
        }
        catch (Exception e)
        {
            throw new SeededTestException(FormattableString.Invariant($"{this}, part {part}: {e.Message}"), e);
        }
    }

    /// <summary>The assignment that replays the run.</summary>
    public override string ToString() => FormattableString.Invariant($"{Variable}={Value}");
}

/// <summary>A random test failed; the message names its seed.</summary>
public sealed class SeededTestException(string message, Exception cause) : Exception(message, cause);

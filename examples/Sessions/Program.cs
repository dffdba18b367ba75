using System.Globalization;
using System.Runtime.InteropServices;
using Sessions;

return args switch
{
    [] => await DemonstrateAsync(Load.Seconds),
    ["--seconds", var text] when TryParseSeconds(text, out int seconds) => await DemonstrateAsync(seconds),
    [Worker.Command, var kind, var place, var board, var number] =>
        await Worker.RunAsync(new StoreAddress(kind, place), board, int.Parse(number, CultureInfo.InvariantCulture)),
    _ => Usage(),
};

static bool TryParseSeconds(string text, out int seconds) =>
    int.TryParse(text, CultureInfo.InvariantCulture, out seconds) && seconds is >= 1 and <= 60;

static async Task<int> DemonstrateAsync(int seconds)
{
    using var interruption = new CancellationTokenSource();
    PosixSignalRegistration[] registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true; // The processes are ended and the table is removed first.
                interruption.Cancel();
            })),
    ];
    try
    {
        return await Demonstration.RunAsync(TimeSpan.FromSeconds(seconds), interruption.Token);
    }
    catch (OperationCanceledException)
    {
        return ExitCode.Interrupted;
    }
    catch (Exception e) when (Failure.IsExpected(e))
    {
        Console.Error.WriteLine($"Sessions: {e.Message}");
        return ExitCode.Failed;
    }
    finally
    {
        foreach (PosixSignalRegistration registration in registrations)
            registration.Dispose();
    }
}

static int Usage()
{
    Console.Error.WriteLine("usage: Sessions [--seconds N]    N seconds of load on each store, 1 to 60");
    return ExitCode.WrongUsage;
}

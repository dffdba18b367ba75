using Netshm;
using WordCount;

return args is [WorkerMessages.Command, var table, var batch, var way]
    ? await RunWorkerAsync(table, batch, way)
    : await RunJobAsync(args);

static async Task<int> RunWorkerAsync(string table, string batch, string way)
{
    try
    {
        return await Worker.RunAsync(table, batch, way);
    }
    catch (Exception e) when (e is NetshmException or IOException)
    {
        return Fail(e, ExitCode.Failed);
    }
}

static async Task<int> RunJobAsync(string[] arguments)
{
    using var interruption = new Interruption();
    try
    {
        Options options = Options.Parse(arguments);
        if (options.Help)
        {
            Console.WriteLine(HelpText.Text);
            return ExitCode.Success;
        }

        return await Job.RunAsync(options, interruption.Token);
    }
    catch (InputException e)
    {
        return Fail(e, ExitCode.BadInput);
    }
    catch (Exception e) when (e is WorkerFailedException or NetshmException or IOException)
    {
        return Fail(e, ExitCode.Failed);
    }
    catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
    {
        Console.Error.WriteLine("WordCount: interrupted; the table is removed");
        return ExitCode.Interrupted;
    }
}

static int Fail(Exception error, int exitCode)
{
    Console.Error.WriteLine($"WordCount: {error.Message}");
    return exitCode;
}

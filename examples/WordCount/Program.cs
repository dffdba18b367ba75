using Netshm;
using WordCount;

return args is [WorkerMessages.Command, var table, var batch]
    ? RunWorker(table, batch)
    : await RunJobAsync(args);

static int RunWorker(string table, string batch)
{
    try
    {
        return Worker.Run(table, batch);
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

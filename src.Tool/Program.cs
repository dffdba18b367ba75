// Not disposed of: what could not be written in time is not waited for, and all else was written when the command ended.
Console.SetOut(StandardStreams.OpenOutput());
return await RootCommandLine.RunAsync(args);

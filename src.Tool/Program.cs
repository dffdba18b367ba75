using Netshm.Tool.CommandLine;

return await RootCommandLine.RunAsync(args);

using System.Text;
using Netshm.Tool.CommandLine;

// Answers can have millions of lines: they are written in large pieces.
using var output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false), bufferSize: 1 << 16);
Console.SetOut(output);
return await RootCommandLine.RunAsync(args);

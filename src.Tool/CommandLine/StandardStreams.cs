using System.IO.Pipes;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Netshm.Tool.CommandLine;

/// <summary>Standard input and output in UTF-8, whatever the locale says, with errors that are not kept secret.</summary>
internal static class StandardStreams
{
    private const int OutputHandle = 1;
    private const int BufferInBytes = 1 << 16;

    private static PipeStream? s_outputPipe;

    /// <summary>Whether standard output is a pipe that could not be written to, since nobody reads from it any more.</summary>
    public static bool IsReaderGone => s_outputPipe is { IsConnected: false };

    /// <summary>Reads text that is dumped or typed in; a <see cref="DecoderFallbackException"/> where it is not UTF-8.</summary>
    public static TextReader OpenInput() => new StreamReader(Console.OpenStandardInput(), StrictUtf8);

    /// <summary>Reads a file as <see cref="OpenInput()"/> reads standard input.</summary>
    public static TextReader OpenInput(string path) => new StreamReader(path, StrictUtf8);

    /// <summary>A writer for answers, which can have millions of lines: it writes them in large pieces.</summary>
    public static StreamWriter OpenOutput() => new(OpenOutputStream(), new UTF8Encoding(false), BufferInBytes);

    private static UTF8Encoding StrictUtf8 => new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static Stream OpenOutputStream()
    {
        try
        {
            // The console's own stream says nothing when the reader of a pipe has gone: watch would go on for ever.
            return s_outputPipe = new AnonymousPipeClientStream(
                PipeDirection.Out, new SafePipeHandle(OutputHandle, ownsHandle: false));
        }
        catch (IOException)
        {
            return Console.OpenStandardOutput(); // It is no pipe.
        }
    }
}

namespace WordCount;

/// <summary>What <c>--help</c> prints.</summary>
internal static class HelpText
{
    public static readonly string Text = $$"""
        Counts the words of text files with several processes that share one hash table in memory: once through the
        table actors of their Akka.NET actor systems, and once in the table alone, to show what each way costs.

        WordCount [options] [paths...]

          paths             text files, and directories whose *.txt files are counted, also in their subdirectories;
                            without a path, the texts that come with the program
          --processes N     worker processes (default {{Options.DefaultProcesses}})
          --batch N         words that a worker counts under one lock of the table (default {{Options.DefaultBatch}})
          --chunk BYTES     length of the parts of files that are handed to workers (default {{Options.DefaultChunkInBytes}})
          --top N           how many of the most frequent words to print (default {{Options.DefaultTop}})
          --counts FILE     write every count as "count word", sorted by word
          -h, --help        print this text

        A word is a maximal run of the letters A-Z and a-z, in lower case. FILE equals the output of

          LC_ALL=C grep -ahoE '[A-Za-z]+' FILES | tr A-Z a-z | LC_ALL=C sort | uniq -c | awk '{print $1, $2}'

        Exit codes: {{ExitCode.Success}} the counts equal those of a single process; {{ExitCode.CountsDiffer}} they don't; {{ExitCode.BadInput}} wrong options or unreadable
        files; {{ExitCode.Failed}} a worker process or the table failed; {{ExitCode.Interrupted}} interrupted.
        """;
}

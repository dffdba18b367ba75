using System.Runtime.InteropServices;
using Netshm.Fuzzing.Tables;
using SharpFuzz;

// Lets American Fuzzy Lop find table files that no mutator thought of. CONTRIBUTING.md, "The guided fuzzer".
if (args is ["seeds", var directory])
{
    foreach (SeedTable seed in SeedTables.All.Concat(SeedTables.AllOfFutex))
        File.WriteAllBytes(Path.Combine(directory, seed.Name), MemoryMarshal.AsBytes<int>(seed.Words).ToArray());
    return;
}

// Made in the first run: before, the instrumented library has nowhere to say which way it goes. Out of process, since the
// fuzzer kills who takes too long.
TableFuzzer? fuzzer = null;
Fuzzer.OutOfProcess.Run(stream =>
{
    using var content = new MemoryStream();
    stream.CopyTo(content);
    fuzzer ??= new TableFuzzer();
    fuzzer.RunOn(content.ToArray());
});

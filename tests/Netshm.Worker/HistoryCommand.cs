using System.Buffers;
using System.Diagnostics;
using System.Globalization;

namespace Netshm.Worker;

/// <summary>
/// <c>history LOCKING</c>: for each line "NAME WORKER KEYS OPERATIONS SEED" of its input, opens the table, says
/// "open", waits for a line, does random operations on the keys 1 to KEYS and says what they were, a line each:
/// "KEY KIND VERSION START END", and at last "end". Times are in ticks of the monotonic clock.
/// </summary>
/// <remarks>
/// KIND is "write", "remove", "read" or "contains". VERSION is what was written or found; 0 stands for a key that is not
/// bound, and 1 for a key of which only that it is bound is known.
/// </remarks>
internal static class HistoryCommand
{
    private const int KeysInBetween = 300;

    public static int Run(string locking)
    {
        while (Console.ReadLine() is { } line)
        {
            string[] words = line.Split(' ');
            int[] numbers = [.. words.Skip(1).Select(word => int.Parse(word, CultureInfo.InvariantCulture))];
            using ShmTable table = WorkerTable.Open(words[0], locking);
            var recorder = new Recorder(table, numbers[0], numbers[1], new Random(numbers[3]));
            Console.WriteLine("open");
            Console.ReadLine();
            for (int i = 0; i < numbers[2]; i++)
                recorder.Step();
            Console.WriteLine(recorder.Events + "end");
        }

        return 0;
    }

    private sealed class Recorder(ShmTable table, int worker, int keys, Random random)
    {
        private readonly List<(int Key, string Kind, int Version, long Start, long End)> _events = [];
        private readonly int[] _buffer = new int[StampedValue.LongestInWords];
        private int _written;

        public string Events => string.Concat(_events.Select(e => string.Create(
            CultureInfo.InvariantCulture, $"{e.Key} {e.Kind} {e.Version} {e.Start} {e.End}\n")));

        public void Step()
        {
            int key = 1 + random.Next(keys);
            switch (random.Next(10))
            {
                case 0 or 1 or 2:
                    int version = (++_written * 8) + worker + 2; // No other write has it.
                    int[] value = StampedValue.Make(key, version);
                    Record(key, "write", () =>
                    {
                        table.Replace(key, value);
                        return version;
                    });
                    break;
                case 3:
                    Record(key, "remove", () => table.Remove(key) ? 1 : 0);
                    break;
                case 4:
                    Record(key, "contains", () => table.Contains(key) ? 1 : 0);
                    break;
                case 5:
                    Record(key, "read", () => table.TryFind(key, _buffer, out int length)
                        ? StampedValue.VersionOf(key, _buffer.AsSpan(0, length))
                        : 0);
                    break;
                case 6:
                    Record(key, "read", () => table.FindAll(key) is [var newest]
                        ? StampedValue.VersionOf(key, newest)
                        : 0);
                    break;
                case 7:
                    FindMany();
                    break;
                case 8:
                    MoveCells();
                    break;
                default:
                    Record(key, "read", () => table.TryFind(key, out int[]? found)
                        ? StampedValue.VersionOf(key, found)
                        : 0);
                    break;
            }
        }

        private void Record(int key, string kind, Func<int> operation)
        {
            long start = Stopwatch.GetTimestamp();
            int version = operation();
            _events.Add((key, kind, version, start, Stopwatch.GetTimestamp()));
        }

        private void FindMany()
        {
            int[] all = [.. Enumerable.Range(1, keys)];
            int[] lengths = new int[keys];
            var values = new ArrayBufferWriter<int>();
            long start = Stopwatch.GetTimestamp();
            _ = table.FindMany(all, values, lengths);
            long end = Stopwatch.GetTimestamp();
            ReadOnlySpan<int> rest = values.WrittenSpan;
            for (int i = 0; i < keys; i++)
            {
                int version = lengths[i] < 0 ? 0 : StampedValue.VersionOf(all[i], rest[..lengths[i]]);
                rest = rest[Math.Max(lengths[i], 0)..];
                _events.Add((all[i], "read", version, start, end));
            }
        }

        /// <summary>Binds and unbinds other keys, which makes the table grow, rehash and reuse pages.</summary>
        private void MoveCells()
        {
            int other = 1000 + random.Next(KeysInBetween);
            if (!table.Remove(other))
                table.Add(other, StampedValue.Make(other, 1));
        }
    }
}

namespace Netshm.Exploration;

/// <summary>A reader of the change feed and a writer that overtakes it, at every step of the other one.</summary>
public class ChangeRaceTests
{
    private const int Capacity = 4;

    private static readonly ShmTableOptions s_options =
        Scenario.OptionsToOpen(LockingMethod.Futex) with { ChangeFeedCapacity = Capacity };

    [Fact]
    public void Between_any_two_stores_of_a_writer_readers_get_right_changes_or_gaps()
    {
        using var race = new Race();
        race.Writer.AtSeam = kind =>
        {
            if (kind == SeamKind.Store)
                race.ReadAll(race.NewReader(from: 1));
        };
        for (int i = 0; i < 3 * Capacity; i++)
            race.Write(1);
        race.Writer.AtSeam = null;
    }

    [Fact]
    public void A_transaction_under_way_is_not_told_between_any_two_stores()
    {
        using var race = new Race();
        race.Write(2);
        race.Writer.AtSeam = kind =>
        {
            if (kind == SeamKind.Store)
                Assert.Equal(2, race.ReadAll(race.NewReader(from: 1)));
        };
        race.Writer.DoAlive(writer => Assert.Throws<TimeZoneNotFoundException>(() => writer.Table.Transact(void () =>
        {
            writer.Table.Add(1000, []);
            writer.Table.Add(1001, []);
            throw new TimeZoneNotFoundException();
        })));
        race.Writer.AtSeam = null;
        race.Write(1);
        Assert.Equal(3, race.ReadAll(race.NewReader(from: 1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Capacity - 1)]
    [InlineData(Capacity)]
    [InlineData((2 * Capacity) + 1)]
    public void Between_any_two_loads_of_a_reader_a_writer_may_overtake_it(int changes)
    {
        bool wasReached = true;
        for (int load = 1; wasReached; load++)
        {
            using var race = new Race();
            race.Write(Capacity);
            int loads = 0;
            wasReached = false;
            race.Reader.AtSeam = kind =>
            {
                if (kind != SeamKind.Load || ++loads != load)
                    return;
                wasReached = true;
                race.Write(changes);
            };
            ChangeReader reader = race.NewReader(from: 1);
            race.ReadAll(reader);
            race.Reader.AtSeam = null;
            Assert.Equal(Capacity + (wasReached ? changes : 0), race.ReadAll(reader));
        }
    }

    /// <summary>Two processes on one table, where each change tells by its parts which one it is.</summary>
    private sealed class Race : IDisposable
    {
        private readonly TableFiles _files = new();
        private int _written;

        public Race()
        {
            Writer = new SimulatedProcess(_files);
            Reader = new SimulatedProcess(_files);
            Writer.DoAlive(process => process.Open(s_options));
            Reader.DoAlive(process => process.Open(s_options));
        }

        public SimulatedProcess Writer { get; }

        public SimulatedProcess Reader { get; }

        public void Write(int changes) => Writer.DoAlive(writer =>
        {
            for (int i = 0; i < changes; i++)
            {
                _written++;
                writer.Table.Add(_written, new int[LengthOf(_written)]);
            }
        });

        public ChangeReader NewReader(long from)
        {
            ChangeReader? reader = null;
            Reader.DoAlive(process => reader = process.Table.ReadChanges(from));
            return reader!;
        }

        /// <summary>Reads what is there, all of which must be right.</summary>
        /// <returns>The last number.</returns>
        public long ReadAll(ChangeReader reader)
        {
            long last = reader.Next - 1;
            Reader.DoAlive(_ =>
            {
                var changes = new TableChange[2];
                for (int count; (count = reader.Read(changes)) > 0;)
                {
                    foreach (TableChange change in changes.AsSpan(0, count))
                    {
                        Assert.Equal(last + 1, change.FirstNumber);
                        last = change.Number;
                        if (change.Kind != ChangeKind.Gap)
                            Assert.Equal((ChangeKind.Added, last, LengthOf((int)last)), (change.Kind, change.Key, change.LengthInWords));
                    }
                }
            });
            return last;
        }

        public void Dispose()
        {
            Writer.DoAlive(process => process.Close());
            Reader.DoAlive(process => process.Close());
            _files.Dispose();
        }

        private static int LengthOf(int number) => number * 7 % 30;
    }
}

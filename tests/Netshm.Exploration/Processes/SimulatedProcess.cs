using Netshm.Exploration;

namespace Netshm.Interop
{
    /// <content>Hands the seams over to the simulated process that comes to them.</content>
    internal static partial class Seam
    {
        static partial void OnReached(SeamKind kind) => SimulatedProcess.Current?.Reach(kind);
    }
}

namespace Netshm.Exploration
{
    /// <summary>A process that uses a table, as a part of this one: with open files, locks and mappings of its own.</summary>
    /// <remarks>
    /// It dies by an exception at a seam. From then on every seam throws, so that nothing it does while the exception
    /// unwinds is seen by others, but that its files are closed, as a kernel does it.
    /// </remarks>
    internal sealed class SimulatedProcess
    {
        private static int s_count;

        [ThreadStatic]
        private static SimulatedProcess? t_current;

        private readonly TableFiles _files;
        private SharedMemoryObject? _memory;
        private ShmTable? _table;

        public SimulatedProcess(TableFiles files) => _files = files;

        /// <summary>The one this thread is running.</summary>
        public static SimulatedProcess? Current => t_current;

        public int Number { get; } = Interlocked.Increment(ref s_count);

        public bool IsDead { get; private set; }

        /// <summary>How often it came to a seam of kind <see cref="SeamKind.Store"/>.</summary>
        public int Stores { get; private set; }

        /// <summary>The number of the store before which it dies.</summary>
        public int DiesBefore { get; set; } = int.MaxValue;

        /// <summary>Called at each seam.</summary>
        public Action<SeamKind>? AtSeam { get; set; }

        public ShmTable Table => _table ?? throw new InvalidOperationException("the table is not open");

        public bool IsOpen => _table is not null;

        /// <summary>Does something as this process.</summary>
        /// <returns>False when it died meanwhile, and was buried.</returns>
        public bool Do(Action<SimulatedProcess> action)
        {
            SimulatedProcess? before = t_current;
            t_current = this;
            try
            {
                action(this);
                return true;
            }
            catch (SimulatedDeathException) when (IsDead)
            {
                Bury();
                return false;
            }
            finally
            {
                t_current = before;
            }
        }

        /// <summary>The same; but it must not die.</summary>
        public void DoAlive(Action<SimulatedProcess> action) => Assert.True(Do(action), "a process died of its own");

        public void Open(ShmTableOptions options)
        {
            _memory = SharedMemoryObject.Open(_files.Name);
            _table = ShmTable.Manage(_memory, options);
        }

        /// <summary>Is refused the table.</summary>
        public void FailToOpen(ShmTableOptions options)
        {
            try
            {
                Open(options);
                Assert.Fail("the table was opened");
            }
            catch (InvalidTableOperationException)
            {
                _memory!.Close();
            }
        }

        public void Convert(LockingMethod locking) => ShmTable.Convert(_files.Name, locking);

        public void Close()
        {
            _table!.Dispose();
            _memory!.Close();
            _table = null;
        }

        /// <summary>Dies here.</summary>
        public void Die()
        {
            IsDead = true;
            _files.RememberDeath();
            throw new SimulatedDeathException();
        }

        public void Reach(SeamKind kind)
        {
            if (IsDead)
                throw new SimulatedDeathException();
            if (kind == SeamKind.Store && ++Stores == DiesBefore)
                Die();
            AtSeam?.Invoke(kind);
        }

        /// <summary>Closes what it had open, as the kernel does.</summary>
        private void Bury()
        {
            try
            {
                _table?.Dispose();
            }
            catch (SimulatedDeathException)
            {
                // The dead do not leave in order.
            }

            _memory?.Close();
            _files.AssertUntouchedSinceDeath();
        }
    }

    /// <summary>Thrown at the seams of a process that has died.</summary>
    internal sealed class SimulatedDeathException : Exception;
}

using Netshm.Format;
using Netshm.Interop;
using Netshm.Locking;

namespace Netshm.Storage;

/// <summary>Set while a writer has the lock: who gets the lock and finds it set comes after a death.</summary>
internal abstract class WriteMark
{
    public abstract bool IsSet { get; set; }

    /// <summary>In a word of the master page that the original ignores.</summary>
    public sealed class InTable(MappedPages pages) : WriteMark
    {
        public override bool IsSet
        {
            get => Master.Writing != 0;
            set
            {
                MasterView master = Master;
                master.Writing = value ? 1 : 0;
            }
        }

        private MasterView Master => new(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
    }

    /// <summary>In the sidecar.</summary>
    public sealed class InSidecar(Sidecar sidecar) : WriteMark
    {
        public override bool IsSet
        {
            get => sidecar.Mark != 0;
            set => SharedWord.Store(ref sidecar.Mark, value ? 1 : 0);
        }
    }
}

using Netshm.Format;
using Netshm.Interop;
using Netshm.Locking;
using Netshm.Storage;

namespace Netshm.Opening;

/// <content>How a process finds, creates and opens the table.</content>
internal sealed partial class TableStore
{
    /// <summary>Gets the table ready for one more handle: finds it, creates it or creates it anew.</summary>
    /// <param name="memory">The object it is in.</param>
    /// <param name="options">How to open it.</param>
    /// <param name="deadline">Until when to wait for others, of this process and of others.</param>
    public void Attach(SharedMemoryObject memory, ShmTableOptions options, Deadline deadline)
    {
        deadline.Enter(_attaching, Name.ToString(), probe: null);
        try
        {
            using var creating = AttachLock.TakeForCreation(LockFile, memory.IsWritable, deadline, Name.ToString());
            ThrowIfCompanionIsOfAnother();
            AttachLocked(memory, options, deadline);
        }
        catch when (_engine is null)
        {
            Locking = LockingMethod.Auto; // Nothing is open, so nothing is settled.
            throw;
        }
        finally
        {
            Monitor.Exit(_attaching);
        }
    }

    private void AttachLocked(SharedMemoryObject memory, ShmTableOptions options, Deadline deadline)
    {
        string name = Name.ToString();
        FileContents contents = TableInspection.InspectFor(options, _memory, name, out int pageSize);
        LockingMethod? stored = contents switch
        {
            FileContents.Table => LockingMark.Read(_memory, pageSize, name),
            FileContents.Unfinished => LockingMark.ReadWanted(_memory),
            _ => null,
        };
        bool isCreating = contents != FileContents.Table || options.Init.HasValue;
        if (!isCreating && pageSize != (options.RequestedPageSize ?? pageSize))
            throw new PageSizeMismatchException(name, pageSize, options.PageSize);

        var choice = new LockingChoice(Name, LockFile, options);
        Locking = Locking != LockingMethod.Auto ? choice.Confirm(Locking)
            : stored == LockingMethod.Futex && !isCreating && IsOnReadOnlyMount(memory) ? LockingMethod.Record
            : choice.Choose(stored, isCreating);
        if (memory.IsWritable && !isCreating && stored == LockingMethod.Futex && Locking != LockingMethod.Futex)
            throw LockingChoice.Mixed(Name, Locking, LockingMethod.Futex); // It was opened on a read-only mount, and is read only.
        _changeCapacity = options.ChangeFeedCapacity == 0 ? 0 : ChangeRing.CapacityFor(options.ChangeFeedCapacity);
        if (isCreating)
            Create(memory, options, contents);
        Open(memory.IsWritable, isCreating ? options.PageSize : pageSize, deadline);
        Engine.Pages.EnsureMapped(Layout.DescriptorPage + 1);
        if (_changeCapacity > 0 && Changes is null)
        {
            throw new InvalidTableOperationException(
                $"{name}: it is in use without a change feed; it can get one when nobody uses it");
        }

        if (Locking != LockingMethod.Futex)
            _attached ??= AttachLock.Take(LockFile, Locking, deadline, name);
    }

    /// <summary>
    /// When an object and its companion are removed and made again while they are being opened, the one may be old and the
    /// other new: two tables' worth of locks would be on one memory. Under the creation lock both stay where they are.
    /// </summary>
    private void ThrowIfCompanionIsOfAnother()
    {
        if (_engine is null && Name.Type == SharedMemoryType.Posix && !IsAtItsName)
            throw new IOException($"{Name}: it was removed or replaced while it was being opened");
    }

    /// <summary>
    /// Where nobody can write through this mount, a futex-locked table that was left in order, and that nobody uses, is read
    /// under record locks: they need no store, and keep those out that come to write through another mount.
    /// </summary>
    /// <exception cref="ReadOnlyTableException">It was not left in order, or is in use.</exception>
    private bool IsOnReadOnlyMount(SharedMemoryObject memory)
    {
        if (memory.IsWritable || !Libc.IsOnReadOnlyMount(FaultPoint.AskForMount, _memory.Descriptor))
            return false;
        MasterView master = TableInspection.ReadMaster(_memory);
        return SidecarFile.IsLeftInOrder(Name, _memory.Status, master.TableId, master.Generation)
            ? true
            : throw new ReadOnlyTableException(
                $"{Name}: it lies on a read-only mount, and is in use or was not left in order; open it once where it can be "
                + "written to, and close it");
    }

    private void Open(bool writable, int pageSize, Deadline deadline)
    {
        if (_engine is not null)
        {
            if (writable)
                _engine.Pages.MakeWritable();
            _sidecar?.SayInUse();
            return;
        }

        var pages = new MappedPages(_memory, writable, pageSize, Name.ToString());
        try
        {
            pages.EnsureMapped(Layout.DescriptorPage + 1);
            if (Locking == LockingMethod.Futex)
                OpenWithSidecar(pages, deadline);
            else
                OpenWithoutSidecar(pages);
        }
        catch
        {
            pages.Dispose();
            throw;
        }
    }

    private void OpenWithoutSidecar(MappedPages pages)
    {
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        if (pages.IsWritable && LockingMark.IsVoid(master))
            TableCreation.ForgetSidecar(pages, Name);
        bool none = Locking == LockingMethod.None;
        if (!none && !_usesRecordLocks)
        {
            CopiesOfLibrary.BeginRecordUse(LockFile.Identity, Name.LockPath);
            _usesRecordLocks = true;
        }

        ProcessLock processes = none ? new NoProcessLock() : new RecordLock(LockFile, pages.WordsPerPage, pages.Name);
        ReadSequences? sequences =
            none ? new ReadSequences(MappedBlock.Private(SidecarLayout.SequencesLengthInBytes, pages.Name), 0) : null;
        Use(new TableEngine(pages, processes, sequences) { Recovered = OnRecovered }, processes, null);
        if (sequences is not null)
            Reader = new TableReader(Engine, Lock, sequences, othersMoveCells: true);
    }

    private void OpenWithSidecar(MappedPages pages, Deadline deadline)
    {
        SidecarAttachment attachment = AttachSidecar(pages, deadline, out FutexLock processes, out TableEngine engine);
        if (_changeCapacity > 0 && attachment.Sidecar.FeedCapacity == 0 && IsAloneWith(attachment, pages))
        {
            GiveUpSidecar(attachment, pages);
            attachment = AttachSidecar(pages, deadline, out processes, out engine);
        }

        _sidecar = attachment;
        Use(engine, processes, engine.Sidecar!.Changes);
        Reader = new TableReader(engine, Lock, engine.Sidecar.Sequences, othersMoveCells: false);
    }

    /// <summary>Whether nobody else uses a table that this process may modify; leaves the sidecar where that can't be told.</summary>
    private static bool IsAloneWith(SidecarAttachment attachment, MappedPages pages)
    {
        try
        {
            return pages.IsWritable && attachment.IsAlone;
        }
        catch
        {
            attachment.Dispose();
            throw;
        }
    }

    /// <summary>Makes room for another sidecar, as the only process that uses the table.</summary>
    private void GiveUpSidecar(SidecarAttachment attachment, MappedPages pages)
    {
        using (attachment)
            attachment.Leave();
        var master = new MasterView(pages.Words(Layout.MasterPage, MasterView.LengthInWords));
        long old = master.TableId;

        // The sidecar is nobody's from the next store on: dying after it leaves a table that gets a new one and is checked;
        // dying after the one behind it, a table that no process has come to.
        master.TableId = SidecarAttachment.NewId();
        master.Generation = 0;
        SidecarFile.ClearTheWay(Name, old);
    }

    private SidecarAttachment AttachSidecar(
        MappedPages pages, Deadline deadline, out FutexLock processes, out TableEngine engine)
    {
        Sidecar sidecar =
            SidecarAttachment.OpenSidecar(Name, _memory, LockFile, pages, _changeCapacity, out bool isMade);
        try
        {
            processes = new FutexLock(sidecar, pages.Name);
            engine = new TableEngine(pages, processes, new SidecarContents(sidecar)) { Recovered = OnRecovered };
            return SidecarAttachment.Attach(sidecar, processes, engine, isMade, LockFile, deadline);
        }
        catch
        {
            sidecar.Dispose(); // The slot must not seem to live.
            throw;
        }
    }

    /// <summary>Lays the table out, when nobody has it open.</summary>
    /// <exception cref="InvalidTableOperationException">Somebody has.</exception>
    /// <exception cref="UntrustedFileException">Something that is no sidecar lies where the sidecar is to be.</exception>
    private void Create(SharedMemoryObject memory, ShmTableOptions options, FileContents contents)
    {
        string name = Name.ToString();
        int init = options.Init ?? ShmTableOptions.DefaultInit;
        _ = TableCreation.HashPagesFor(init, options.PageSize / sizeof(int));
        if (!memory.IsWritable)
        {
            throw new ReadOnlyTableException(
                $"{name}: opened for reading only; a table can't be created in it (found: {contents})");
        }

        const string purpose = "created anew";
        if (_engine is not null)
            throw SoleUse.InUseHere(Name, purpose);
        using var sole = SoleUse.Take(Name, LockFile, purpose);
        if (Locking == LockingMethod.Futex)
            _ = SidecarFile.ThrowIfInTheWay(Name, TableInspection.ReadMaster(_memory).TableId);
        using var pages = new MappedPages(_memory, writable: true, options.PageSize, name);
        var creation = new TableCreation(Name, pages, init, Locking);
        creation.MakeRoom();
        creation.Erase(isEmpty: contents == FileContents.Empty);
        creation.Format();
    }
}

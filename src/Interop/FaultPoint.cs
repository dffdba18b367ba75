using System.Diagnostics;
using static Netshm.Interop.Libc;

namespace Netshm.Interop;

/// <summary>
/// The places at which this library calls the C library, or lets a thread wait for another one: one for each call in the
/// source.
/// </summary>
/// <remarks>
/// Each says by which errors the call can fail there, as the manual pages of Linux tell. tests/Netshm.Exploration lets each
/// of them fail so. A call that is listed without errors can't fail; those whose failure nobody could notice are not listed.
/// </remarks>
internal enum FaultPoint
{
    /// <summary>A call of a program that uses this library's face to the C library for itself.</summary>
    Elsewhere,

    [FailsWith(EACCES, ENOMEM)] LookBeforeOpening,
    [FailsWith(EACCES, EMFILE, ENOMEM, EIO, EINTR)] OpenFile,
    [FailsWith(EACCES, ENOMEM)] LookForOpenFile,
    [FailsWith(EACCES, EMFILE, ENOSPC, EDQUOT, EROFS, EINTR)] CreateFile,
    [FailsWith(EIO, ENOMEM)] ExamineAdoptedFile,
    [FailsWith(EIO, ENOMEM)] ExamineFile,
    [FailsWith(EACCES, ENOMEM)] ComparePath,
    [FailsWith(EIO, EINTR)] CloseFile,
    [FailsWith(EPERM, EIO, EROFS)] ChangeMode,
    [FailsWith(EPERM, EIO, EDQUOT)] ChangeOwner,
    [FailsWith(EIO, EPERM, EINTR)] TruncateFile,
    [FailsWith(ENOSPC, EIO, EDQUOT, EINTR)] WriteHead,
    [FailsWith(EIO, EINTR)] ReadHead,

    [FailsWith(EIO, ENOMEM)] AskForFileSystem,
    [FailsWith(EIO, ENOMEM)] AskForMount,
    [FailsWith(EIO, ENOMEM)] AskForFileSystemOfReader,
    [FailsWith(EIO, ENOMEM)] AskForFileSystemOfSolid,
    [FailsWith(ENOSPC, EIO, EDQUOT, EOPNOTSUPP, EINTR)] AllocateBehindEnd,
    [FailsWith(ENOSPC, EIO, EDQUOT, EOPNOTSUPP, EINTR)] Allocate,
    [FailsWith(ENOSPC, EIO, EDQUOT, EOPNOTSUPP, EINTR)] FillHoles,
    [FailsWith(EIO)] FindHole,
    [FailsWith(EIO, ENOMEM)] ExamineToGiveBack,
    [FailsWith(EIO, EINTR)] GiveBack,
    [FailsWith(ENOSPC, EIO, EDQUOT, EINTR)] WriteZeros,

    [FailsWith(EACCES, ENOSPC, EROFS)] CreateUserDirectory,
    [FailsWith(EIO, EPERM)] ChangeModeOfUserDirectory,
    [FailsWith(EACCES, ENOMEM)] ExamineUserDirectory,

    [FailsWith(EACCES, ENOMEM)] LookForLockFile,
    [FailsWith(EACCES, ENOMEM)] LookForMemory,
    [FailsWith(EACCES, EIO, EROFS)] WithdrawMemory,
    [FailsWith(EACCES, EIO, EROFS)] WithdrawLockFile,
    [FailsWith(EACCES, EIO, EROFS)] UnlinkSidecar,
    [FailsWith(EACCES, EIO, EROFS)] UnlinkTable,

    [FailsWith(ENOMEM)] ReserveAddressSpace,
    [FailsWith(ENOMEM)] TrimAddressSpace,
    [FailsWith(ENOMEM, EAGAIN)] MapPages,
    [FailsWith(EIO)] SyncPages,
    [FailsWith(EIO, ENOSPC, EINTR)] SyncFile,
    [FailsWith(ENOMEM)] RetirePages,
    [FailsWith(ENOMEM, EAGAIN, EINVAL)] GatherInHugePages,
    [FailsWith(ENOMEM, EAGAIN)] MapBlock,
    [FailsWith(ENOMEM)] MapPrivateBlock,
    [FailsWith(ENOMEM)] MapForRetiredBlock,
    [FailsWith(ENOMEM)] RetireBlock,
    Unmap,

    [FailsWith(EINTR, EAGAIN, ETIMEDOUT)] SleepOnWord,
    WakeSleepers,
    [FailsWith(EPERM, ENOSYS)] JoinFence,
    [FailsWith(EPERM, ENOSYS)] IssueFence,

    [FailsWith(ENOLCK, EIO)] TryRangeLock,
    [FailsWith(ENOLCK, EDEADLK, EINTR)] WaitForRangeLock,
    [FailsWith(ENOLCK, EIO)] ExamineRangeLock,
    [FailsWith(ENOLCK, EIO)] ReleaseRangeLock,
    ReleaseOwnBytes,

    [FailsWith(EIO, ENOMEM)] ExamineSidecar,
    [FailsWith(EIO, EINTR)] ReadSidecarHeader,
    [FailsWith(ENOSPC, EIO, EDQUOT, EINTR)] WriteSidecarHeader,
    [FailsWith(EIO, EINTR)] ReadJournalState,
    [FailsWith(ENOLCK, EIO)] ExamineLives,
    [FailsWith(EIO, ENOMEM)] ExamineJournal,
    [FailsWith(EACCES, EIO, EROFS)] UnlinkOldSidecar,
    [FailsWith(EIO, ENOMEM)] ExamineBlank,
    [FailsWith(EIO, EINTR)] ReadBlank,
    [FailsWith(EACCES, EIO, EROFS)] UnlinkOldDraft,
    [FailsWith(EACCES, EMFILE, ENOSPC, EDQUOT, EROFS, EINTR)] CreateSidecar,
    [FailsWith(EPERM, EIO, EDQUOT)] ChangeOwnerOfSidecar,
    [FailsWith(EPERM, EIO, EDQUOT)] ChangeGroupOfSidecar,
    [FailsWith(EPERM, EIO, EROFS)] ChangeModeOfSidecar,
    [FailsWith(EACCES, EIO, ENOSPC, EROFS)] NameSidecar,
    [FailsWith(EACCES, EIO, EROFS)] UnlinkFailedDraft,
    [FailsWith(ENOLCK, EINTR)] LockLife,
    UnlockLife,
    UnlockAllLives,
    [FailsWith(ENOLCK, EINTR)] ProbeLives,
    EndProbeOfLives,

    [FailsWith(FailsWithAttribute.Interruption)] EnterUninterrupted,
    [FailsWith(FailsWithAttribute.Interruption)] EnterUntilDeadline,
    [FailsWith(FailsWithAttribute.Interruption)] WaitUntilDeadline,
    [FailsWith(FailsWithAttribute.Interruption)] StandBackUnderFutex,
    [FailsWith(FailsWithAttribute.Interruption)] StandBackUnderRecord,
    [FailsWith(FailsWithAttribute.Interruption)] PauseInDoubtOfContent,
    [FailsWith(FailsWithAttribute.Interruption)] PauseInDoubt,
    [FailsWith(FailsWithAttribute.Interruption)] WaitForReadersTurn,
    [FailsWith(FailsWithAttribute.Interruption)] JoinThread,
}

/// <summary>By which errors a call can fail; of no use but to tests, and left out of the product.</summary>
[AttributeUsage(AttributeTargets.Field)]
[Conditional("FAULT_INJECTION")]
internal sealed class FailsWithAttribute(params int[] errors) : Attribute
{
    /// <summary>Stands for <see cref="Thread.Interrupt"/>, beside the numbers of errors.</summary>
    public const int Interruption = -1;

    public IReadOnlyList<int> Errors { get; } = errors;
}

//! Bugs planted on purpose, to see that the simulation finds them. Only in tests: the product has
//! neither the switches nor the faults.

use std::cell::Cell;

macro_rules! bugs {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// A fault that can be switched on for the thread.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Bug {
            $($(#[$doc])* $name,)*
        }

        impl Bug {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)*];
        }
    };
}

bugs! {
    /// Changes are numbered by a sequence and committed in another order.
    SequenceCursor;
    /// Two writers read the same last number.
    UnlockedWriter;
    /// A page ends among the rows of a transaction, and the cursor names only the transaction.
    BareCursor;
    /// A cursor of another life of the feed is taken for one of this.
    EpochIgnored;
    /// A commit is not synced: the last one is lost with the power.
    NormalSync;
    /// An upload is acknowledged as far as it was sent, not as far as it is held.
    CountBasedAck;
    /// An upload that was cut off is not made again before the next look.
    CutUploadForgotten;
    /// A fact that is there already is stored once more.
    RepeatedTakenTwice;
    /// Another fact at a taken place is passed over like a repeat.
    ConflictIgnored;
    /// What follows a bad fact in an upload is not looked at.
    BadFactBlocks;
    /// The last entry counts instead of the first.
    LastWriterWins;
    /// Entries are ordered by their times alone.
    FoldWithoutSeen;
    /// "Seen, else earlier" as a comparator.
    OrderAsComparator;
    /// A ticket isn't folded again when the server says something of one of its facts.
    AnnotationNotRefolded;
    /// A ticket's alerts are those of its last fold.
    AlertsReplaced;
    /// A journal that the revocation doesn't name counts.
    JournalAfterRevocation;
    /// What claims a time before the revocation counts.
    QuarantineByClaimedTime;
    /// The clock goes back with the wall clock.
    ClockWithoutMax;
    /// Whatever time a fact has, ours follows.
    MergeUnbounded;
    /// A place counts as returned when its lease is over, though the till never closed it.
    LeaseReturnedUnclosed;
    /// A right is handed over by an answer that is sent before the disk has the fact.
    HandOverNotDurable;
    /// A right is used though what its last holder knew isn't here.
    RightUsedUnread;
    /// A replica that was put back goes on with the rights that it had.
    RightUsedBehind;
    /// The server moves a right that nobody released.
    RightMovedUnreleased;
    /// The money of a sale is noted after its ticket, in a transaction of its own.
    MoneyApart;
    /// A till whose data was put back goes on from its old numbers, not from those of the second file.
    TillGoesOnFromDisk;
    /// A till believes that a server which was put back still has its journal.
    TillAcksKept;
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Is this bug planted in this thread?
pub(crate) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Runs something with a bug, or without any.
pub(crate) fn with<T>(bug: Option<Bug>, run: impl FnOnce() -> T) -> T {
    let before = PLANTED.replace(bug);
    let result = run();
    PLANTED.set(before);
    result
}

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
    };
}

bugs! {
    /// A place counts as returned when its lease is over, though the till never closed it.
    LeaseReturnedUnclosed;
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Is this bug planted in this thread?
pub(crate) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Runs something with a bug, and takes it out again.
pub(crate) fn with<T>(bug: Option<Bug>, run: impl FnOnce() -> T) -> T {
    let before = PLANTED.replace(bug);
    let result = run();
    PLANTED.set(before);
    result
}

//! Bugs planted on purpose, to see that the tests of the till's rules find them.

use std::cell::Cell;

/// A fault that can be switched on for the thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bug {
    /// The change that a guest got is counted as taken.
    ChangeCounted,
    /// A card that the terminal refused counts as paid.
    RefusedCardCounts,
    /// A ticket may be refunded again and again.
    RefundedTwice,
    /// More may be given back than the tickets cost.
    RefundAbovePrice,
    /// What was given back is taken off what was ever sold.
    PerpetualFalls,
    /// A Z begins the perpetual total anew.
    PerpetualReset,
    /// Sales in training are counted.
    TrainingCounts,
    /// A closing's totals are believed.
    TotalsBelieved,
    /// A fact whose time lies in a closed period is taken.
    ClosedPeriodOpen,
    /// Tickets that are taken back for others pay more than they were worth.
    ExchangedForMore,
    /// A promotion may take anything off.
    PromotionUnchecked,
    /// The VAT of what is given back is rounded for itself.
    VatOfRefundAlone,
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Is this bug planted in this thread?
pub(super) fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Plants it, for the rest of the thread's life.
pub(super) fn plant(bug: Bug) {
    PLANTED.set(Some(bug));
}

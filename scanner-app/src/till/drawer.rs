//! Shifts and the drawer: opening, clerks, cash without a sale, the blind count and the Z.

use shared::clock::UnixMillis;
use shared::fact::till::{CashReason, CashWay, ClerkId, Connection, Pieces, Printed, TillFact};
use shared::language::Language;
use shared::till::Balance;

use super::ledger::Ledger;
use super::report::{ZReport, z_of};
use super::{Till, TillError};
use crate::replica::print_jobs::{self, PrintCopy, PrintWhat};
use crate::supervisor::{Duty, unlock};

/// Money that goes in or out without a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoveCash {
    /// Which way.
    pub way: CashWay,
    /// How much.
    pub amount: u32,
    /// Why.
    pub reason: CashReason,
}

/// What a count came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// What should be in the drawer.
    pub expected: i64,
    /// What lies there, less that.
    pub difference: i64,
}

impl Till {
    /// Opens a shift: who sells, by the PIN, and what lies in the drawer. Days and months that are over are closed before.
    pub fn open_shift(
        &self,
        clerk: ClerkId,
        pin: &str,
        float: Vec<Pieces>,
        now_ms: UnixMillis,
    ) -> Result<(), TillError> {
        unlock(&self.replica, (clerk, Duty::Sell), pin, now_ms)?;
        self.begin_shift(clerk, float, now_ms)
    }

    /// The same for a clerk whose PIN was right already.
    pub fn begin_shift(
        &self,
        clerk: ClerkId,
        float: Vec<Pieces>,
        now_ms: UnixMillis,
    ) -> Result<(), TillError> {
        self.write(now_ms, move |ledger| {
            if ledger.book.shift().is_some() {
                return Err(TillError::ShiftOpen);
            }
            ledger.write(TillFact::ShiftOpened { clerk, float })?;
            Ok(())
        })
    }

    /// Another clerk goes on in the same shift.
    pub fn change_clerk(
        &self,
        clerk: ClerkId,
        pin: &str,
        now_ms: UnixMillis,
    ) -> Result<(), TillError> {
        unlock(&self.replica, (clerk, Duty::Sell), pin, now_ms)?;
        self.take_over(clerk, now_ms)
    }

    /// The same for a clerk whose PIN was right already.
    pub fn take_over(&self, clerk: ClerkId, now_ms: UnixMillis) -> Result<(), TillError> {
        self.write(now_ms, move |ledger| {
            let shift = ledger.book.shift().ok_or(TillError::NoShift)?;
            if shift.clerk != clerk {
                ledger.write(TillFact::ClerkChanged { clerk })?;
            }
            Ok(())
        })
    }

    /// Puts money into the drawer, or takes some out.
    pub fn move_cash(&self, moved: MoveCash, now_ms: UnixMillis) -> Result<(), TillError> {
        self.write(now_ms, move |ledger| {
            let shift = ledger.book.shift().ok_or(TillError::NoShift)?;
            let MoveCash {
                way,
                amount,
                reason,
            } = moved;
            if amount == 0 {
                return Err(TillError::NoAmount);
            }
            if way == CashWay::Out && i64::from(amount) > shift.expected() {
                return Err(TillError::DrawerTooSmall);
            }
            ledger.write(TillFact::CashMoved {
                way,
                amount,
                reason,
            })?;
            Ok(())
        })
    }

    /// Notes what lies in the drawer; only then it says what should.
    pub fn count_drawer(
        &self,
        count: Vec<Pieces>,
        now_ms: UnixMillis,
    ) -> Result<Counted, TillError> {
        self.write(now_ms, move |ledger| {
            counted(ledger, count)?;
            match ledger.book.z() {
                Some(TillFact::ShiftClosed {
                    expected,
                    difference,
                    ..
                }) => Ok(Counted {
                    expected,
                    difference,
                }),
                _other => Err(TillError::NotCounted),
            }
        })
    }

    /// Closes the shift right after a count: the Z. `count` is that count once more, for the case that a day ended since: its
    /// closing stands between then, and the count is noted again behind it.
    pub fn close_counted(
        &self,
        count: Vec<Pieces>,
        now_ms: UnixMillis,
    ) -> Result<ZReport, TillError> {
        self.write(now_ms, move |ledger| {
            if ledger.book.z().is_none() {
                return Err(TillError::NotCounted);
            }
            if ledger.close_what_is_over()? > 0 {
                counted(ledger, count)?;
            }
            closed(ledger)
        })
    }

    /// Closes the shift with what was counted, before anybody was told what should be there: the Z.
    pub fn close_shift(
        &self,
        count: Vec<Pieces>,
        now_ms: UnixMillis,
    ) -> Result<ZReport, TillError> {
        self.write(now_ms, move |ledger| {
            counted(ledger, count)?;
            closed(ledger)
        })
    }

    /// The server is there, or is not: an offline period of an open shift begins or ends. Nothing is noted that was noted before.
    pub fn note_connection(&self, to: Connection, now_ms: UnixMillis) -> Result<(), TillError> {
        let is_news = move |book: &Balance| book.shift().is_some() && book.connection() != to;
        // Asked often, and most often nothing is to be written.
        if self.look(move |_, books| Ok(is_news(books.book())))? != Some(true) {
            return Ok(());
        }
        self.write(now_ms, move |ledger| {
            if is_news(&ledger.book) {
                ledger.write(TillFact::ConnectionChanged { to })?;
            }
            Ok(())
        })
    }

    /// A specimen was printed.
    pub fn test_print(&self, what: Printed, now_ms: UnixMillis) -> Result<(), TillError> {
        self.write(now_ms, move |ledger| {
            ledger.write(TillFact::TestPrint { what })?;
            Ok(())
        })
    }
}

fn counted(ledger: &mut Ledger<'_>, count: Vec<Pieces>) -> Result<(), TillError> {
    if ledger.book.shift().is_none() {
        return Err(TillError::NoShift);
    }
    ledger.write(TillFact::DrawerCounted { count })?;
    Ok(())
}

/// What follows a count at once.
fn closed(ledger: &mut Ledger<'_>) -> Result<ZReport, TillError> {
    let z = ledger.book.z().ok_or(TillError::NotCounted)?;
    let id = ledger.write(z.clone())?;
    let on_paper = (PrintWhat::Report, PrintCopy::Original);
    print_jobs::add(ledger.tx, id, on_paper, Language::default(), ledger.now_ms)?;
    z_of(&z, ledger.setup.currency).ok_or(TillError::NotCounted)
}

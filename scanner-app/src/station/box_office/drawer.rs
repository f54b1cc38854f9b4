//! The drawer: counts, money without a sale, the shift's beginning and end.

use std::collections::BTreeMap;

use shared::money::{Currency, Money};

use super::coins;
use super::past::Past;
use super::till::Till;
use super::typed::Typed;
use super::{BoxOffice, Stage};
use crate::station::view::{CashReason, ShiftAct, TillRefusal};

/// More of one value no drawer holds.
const MOST_PIECES: u32 = 9_999;

/// Notes and coins while they are counted.
#[derive(Clone, Debug)]
pub(super) struct Counting {
    currency: Currency,
    counts: BTreeMap<u32, u32>,
}

impl Counting {
    pub(super) fn nothing(currency: Currency) -> Self {
        Self {
            currency,
            counts: BTreeMap::new(),
        }
    }

    fn count(&mut self, value: u32, count: u32) {
        if coins::pieces(self.currency).contains(&value) {
            self.counts.insert(value, count.min(MOST_PIECES));
        }
    }

    /// The largest first, those that are missing, too.
    pub(super) fn pieces(&self) -> impl Iterator<Item = (u32, u32)> {
        let pieces = coins::pieces(self.currency).iter();
        pieces.map(|value| (*value, self.counts.get(value).copied().unwrap_or(0)))
    }

    /// What is there, the largest first.
    fn counted(&self) -> Vec<(u32, u32)> {
        self.pieces().filter(|(_, count)| *count > 0).collect()
    }

    pub(super) fn total(&self) -> Money {
        let minor = self
            .pieces()
            .map(|(value, count)| i64::from(value) * i64::from(count));
        Money::new(minor.sum(), self.currency)
    }
}

/// Money into the drawer, or out of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CashMove {
    pub(super) into: bool,
    pub(super) typed: Typed,
    pub(super) reason: CashReason,
}

impl BoxOffice {
    pub(super) fn in_shift(
        &mut self,
        act: ShiftAct,
        till: &mut dyn Till,
    ) -> Result<(), TillRefusal> {
        match act {
            ShiftAct::Count { value, count } => {
                if let Stage::Open(counting) | Stage::Count(counting) = &mut self.stage {
                    counting.count(value, count);
                }
            }
            ShiftAct::Type { stroke } => {
                if let Stage::Cash(cash) = &mut self.stage {
                    cash.typed = cash.typed.after(stroke);
                }
            }
            ShiftAct::Reason { reason } => {
                if let Stage::Cash(cash) = &mut self.stage {
                    cash.reason = reason;
                }
            }
            ShiftAct::Confirm => return self.confirm(till),
            ShiftAct::Back => self.back(),
            ShiftAct::Report
            | ShiftAct::Cash { .. }
            | ShiftAct::Past
            | ShiftAct::Collect
            | ShiftAct::CountDrawer
            | ShiftAct::LogOut => {
                if matches!(self.stage, Stage::Menu) {
                    return self.choose_in_menu(act, till);
                }
            }
        }
        Ok(())
    }

    fn choose_in_menu(&mut self, act: ShiftAct, till: &mut dyn Till) -> Result<(), TillRefusal> {
        match act {
            ShiftAct::Report => {
                let figures = till.report()?;
                self.go(Stage::Report(Box::new(figures)));
            }
            ShiftAct::Cash { into } => self.go(Stage::Cash(CashMove {
                into,
                typed: Typed::default(),
                reason: if into {
                    CashReason::Change
                } else {
                    CashReason::Banked
                },
            })),
            ShiftAct::Past => {
                let found = till.find("")?;
                self.go(Stage::Past(Box::new(Past::of(found))));
            }
            ShiftAct::Collect => self.go(Stage::Collect(Box::default())),
            ShiftAct::CountDrawer => {
                if !self.parked.is_empty() || !self.cart.is_empty() {
                    return Err(TillRefusal::CartsWait);
                }
                self.go(Stage::Count(Counting::nothing(self.setup.currency)));
            }
            ShiftAct::LogOut => {
                self.clerk = None;
                self.go(Stage::LogIn);
            }
            ShiftAct::Count { .. }
            | ShiftAct::Confirm
            | ShiftAct::Type { .. }
            | ShiftAct::Reason { .. }
            | ShiftAct::Back => {}
        }
        Ok(())
    }

    /// The count, the amount or the comparison on the screen is right.
    fn confirm(&mut self, till: &mut dyn Till) -> Result<(), TillRefusal> {
        match &self.stage {
            Stage::Open(counting) => {
                let Some(clerk) = &self.clerk else {
                    return Ok(());
                };
                till.open_shift(clerk.person, &counting.counted())?;
                self.opened = Some(till.clock());
                self.go(Stage::Sale);
            }
            Stage::Cash(cash) => {
                let minor = cash.typed.minor().filter(|minor| *minor > 0);
                let minor = minor.ok_or(TillRefusal::NothingAsked)?;
                let amount = Money::new(minor.into(), self.setup.currency);
                till.move_cash(cash.into, amount, cash.reason)?;
                self.go(Stage::Menu);
            }
            Stage::Count(counting) => {
                let counting = counting.clone();
                let balance = till.count_drawer(&counting.counted())?;
                self.go(Stage::Compare(counting, Box::new(balance)));
            }
            Stage::Compare(counting, balance) => {
                let (counting, balance) = (counting.clone(), balance.clone());
                let z = till.close_shift()?;
                self.opened = None;
                self.go(Stage::Closed(counting, balance, z));
            }
            Stage::Closed(..) => {
                self.clerk = None;
                self.go(Stage::LogIn);
            }
            Stage::LogIn
            | Stage::Sale
            | Stage::Parked
            | Stage::Payment(_)
            | Stage::Done(_)
            | Stage::Menu
            | Stage::Report(_)
            | Stage::Past(_)
            | Stage::Collect(_) => {}
        }
        Ok(())
    }

    fn back(&mut self) {
        match &self.stage {
            Stage::Open(_) => {
                self.clerk = None;
                self.go(Stage::LogIn);
            }
            Stage::Menu => self.go(Stage::Sale),
            Stage::Cash(_) | Stage::Report(_) | Stage::Count(_) => self.go(Stage::Menu),
            // A second count is a second fact: the first one stays in the journal.
            Stage::Compare(counting, _) => {
                let counting = counting.clone();
                self.go(Stage::Count(counting));
            }
            Stage::Closed(..)
            | Stage::LogIn
            | Stage::Sale
            | Stage::Parked
            | Stage::Payment(_)
            | Stage::Done(_)
            | Stage::Past(_)
            | Stage::Collect(_) => {}
        }
    }
}

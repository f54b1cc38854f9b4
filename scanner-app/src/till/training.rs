//! Selling to learn the till: no place is taken, no money counts, and every try is a fact.

use rusqlite::{OptionalExtension as _, params};
use shared::clock::UnixMillis;
use shared::fact::till::{TillFact, TrainingLine};
use shared::money::Money;
use shared::till::cart::{self, CartLine};

use super::ledger::Ledger;
use super::{Till, TillError, Wanted};
use crate::replica::{ReplicaError, events};

impl Till {
    /// A sale in training; its number, and what it would have cost.
    pub fn train(
        &self,
        wanted: Vec<Wanted>,
        now_ms: UnixMillis,
    ) -> Result<(u32, Money), TillError> {
        self.write(now_ms, move |ledger| {
            let currency = ledger.setup.currency;
            let mut lines = Vec::with_capacity(wanted.len());
            for wanted in &wanted {
                let (price, vat_bps) = price_of(ledger, wanted)?;
                lines.push(CartLine {
                    event: wanted.event,
                    type_no: wanted.type_no,
                    unit: Money::new(if wanted.reason.is_free() { 0 } else { price }, currency),
                    vat_bps,
                    reason: wanted.reason,
                    quantity: wanted.quantity,
                });
            }
            let cart = cart::price(lines, currency)?;
            let lines = cart.lines().iter().map(|line| {
                Ok(TrainingLine {
                    event: line.event,
                    type_no: line.type_no,
                    unit: u32::try_from(line.unit.minor).map_err(|_| TillError::NoAmount)?,
                    vat_bps: line.vat_bps,
                    reason: line.reason,
                    quantity: line.quantity,
                })
            });
            let lines = lines.collect::<Result<_, TillError>>()?;
            let receipt = ledger.book.counters().training.saturating_add(1);
            ledger.write(TillFact::TrainingSale { receipt, lines })?;
            Ok((receipt, cart.total()))
        })
    }
}

/// What a place of that type was leased at.
fn price_of(ledger: &Ledger<'_>, wanted: &Wanted) -> Result<(i64, u16), TillError> {
    let missing = || TillError::NoPrice(wanted.type_no);
    let event = events::number(ledger.tx, wanted.event)?.ok_or_else(missing)?;
    let row = ledger
        .tx
        .query_row(
            "select price_minor, vat_basis_points from leased_ticket
             where event = ?1 and type_no = ?2 order by number desc limit 1",
            params![event.0, wanted.type_no.0],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .map_err(ReplicaError::from)?;
    row.ok_or_else(missing)
}

//! Promo codes of the store. The server was asked before, and gave this till a use: it is in the replica until it is made, by a
//! fact right ahead of its sale, or given up.

use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::till::{SaleId, SaleLine, TillFact};
use shared::ids::{EventId, FactId, JournalId};
use shared::till::promotion::{self, FullPrice, is_reducible};
use shared::wire::latest::Promotion;

use super::ledger::Ledger;
use super::sale::take;
use super::{Till, TillError, Wanted};
use crate::door::now_of;
use crate::replica::{ReplicaError, promotions, till as kept};

/// A code's use, and what it takes off a sale.
pub(super) struct Taken {
    fact: FactId,
    promotion: Promotion,
    full: u32,
    off: u32,
}

impl Till {
    /// What is wanted of an event costs so much before a code, with the places that are here now.
    pub fn full_prices(
        &self,
        event: EventId,
        wanted: Vec<Wanted>,
        now_ms: UnixMillis,
    ) -> Result<Vec<FullPrice>, TillError> {
        let vault = self.vault.clone();
        let now = now_of(self.replica.time().now(now_ms));
        self.write(now_ms, move |ledger| {
            if ledger.book.shift().is_none() {
                return Err(TillError::NoShift);
            }
            let (lines, _) = take(ledger, &vault, &wanted, &[], now)?;
            Ok(full_prices(event, &lines))
        })
    }

    /// Uses that may be made.
    pub fn promotions(&self) -> Result<Vec<(FactId, Promotion)>, TillError> {
        Ok(self.replica.read(promotions::kept)?)
    }

    /// Those that will not be made, as long as the server doesn't know of it.
    pub fn given_up_promotions(&self) -> Result<Vec<FactId>, TillError> {
        Ok(self.replica.read(promotions::given_up)?)
    }

    /// A use will not be made.
    pub fn give_promotion_up(&self, fact: FactId) -> Result<(), TillError> {
        let given_up = self.replica.write(move |tx| promotions::give_up(tx, fact));
        Ok(given_up?)
    }

    /// Whether a fact of that id is in a journal of this till.
    pub fn has_written(&self, fact: FactId) -> Result<bool, TillError> {
        let found = self
            .replica
            .read(move |connection| kept::find(connection, fact));
        Ok(found?.is_some())
    }
}

fn full_prices(event: EventId, lines: &[SaleLine]) -> Vec<FullPrice> {
    let of_event = lines
        .iter()
        .filter(|line| line.event == event && is_reducible(line.reason));
    let prices = of_event.map(|line| FullPrice {
        type_no: line.type_no,
        quantity: line.tickets.len() as u32,
        unit_minor: line.unit,
    });
    prices.collect()
}

/// What a use makes of a sale's lines.
pub(super) fn promote(
    ledger: &Ledger<'_>,
    fact: FactId,
    lines: Vec<SaleLine>,
) -> Result<(Vec<SaleLine>, Taken), TillError> {
    let promotion = promotions::get(ledger.tx, fact)?.ok_or(TillError::PromotionOver)?;
    if kept::find(ledger.tx, fact)?.is_some() {
        // An old replica that was put back.
        return Err(TillError::PromotionOver);
    }
    let promoted = promotion::promote(promotion.event, &promotion.prices, lines);
    let promoted = promoted.ok_or(TillError::OtherPlaces)?;
    let taken = Taken {
        fact,
        promotion,
        full: promoted.full,
        off: promoted.off,
    };
    Ok((promoted.lines, taken))
}

/// What a code took off a sale at a place of a journal, in minor units: said right before it.
pub(super) fn taken_off(
    ledger: &Ledger<'_>,
    (journal, seq): (JournalId, u64),
    sale: SaleId,
) -> Result<Option<u32>, ReplicaError> {
    let before = kept::facts_from(ledger.tx, journal, seq.saturating_sub(1), 1)?;
    Ok(before.first().and_then(|fact| match &fact.body {
        FactBody::Till(TillFact::Promotion { sale: of, off, .. }) if *of == sale => Some(*off),
        _other => None,
    }))
}

impl Taken {
    /// Says what is taken off the sale that is written next. Once its time is over the server may have given it to somebody else.
    pub(super) fn write(&self, ledger: &mut Ledger<'_>, sale: SaleId) -> Result<(), TillError> {
        let body = TillFact::Promotion {
            promo: self.promotion.promo,
            sale,
            event: self.promotion.event,
            full: self.full,
            off: self.off,
        };
        if !ledger.write_until(self.promotion.expires_ms, self.fact, body)? {
            return Err(TillError::PromotionOver);
        }
        Ok(promotions::forget(ledger.tx, self.fact)?)
    }
}

//! Money that was taken for a sale that is not made yet. It is no fact: a sale is in the journal whole or not at all. A small file
//! beside the replica has it, so that whoever opens the till after the machine died is told what to give back.

use serde::{Deserialize, Serialize};
use shared::clock::UnixMillis;
use shared::fact::till::SaleId;
use shared::money::Money;

use super::Desk;
use crate::station::box_office::{By, Interrupted, Part};
use crate::station::kept;
use crate::station::view::Means;

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::station) struct Held {
    sale: SaleId,
    at_ms: UnixMillis,
    parts: Vec<HeldPart>,
}

#[derive(Debug, Serialize, Deserialize)]
struct HeldPart {
    minor: i64,
    means: Means,
}

impl Desk {
    pub(super) fn hold(&self, sale: SaleId, parts: &[Part]) {
        let counting = parts.iter().filter(|part| part.counts());
        let parts: Vec<HeldPart> = counting
            .map(|part| HeldPart {
                minor: part.amount.minor,
                means: part.by.means(),
            })
            .collect();
        let kept = if parts.is_empty() {
            kept::forget_held(&self.data)
        } else {
            let at_ms = self.replica.time().now(self.now_ms()).now_ms;
            kept::keep_held(&self.data, &Held { sale, at_ms, parts })
        };
        if let Err(error) = kept {
            tracing::error!(%error, "money of a guest is not noted outside the till's memory");
        }
    }

    /// What was taken for a sale that was never made.
    pub(super) fn interrupted(&self) -> Option<Interrupted> {
        let held = kept::held(&self.data)?;
        // The machine died between the sale and this note of it.
        if self.till.sale(held.sale).is_ok() {
            self.hold(held.sale, &[]);
            return None;
        }
        let parts = held.parts.iter().map(|part| Part {
            amount: Money::new(part.minor, self.currency),
            by: match part.means {
                Means::Cash => By::Cash {
                    change: Money::zero(self.currency),
                },
                Means::Card => By::Card { accepted: true },
                Means::Cheque => By::Cheque,
                Means::Voucher { kind } => By::Voucher { kind },
                Means::Exchange => By::Exchange,
            },
        });
        Some(Interrupted {
            at: self.clock_at(held.at_ms),
            parts: parts.collect(),
        })
    }
}

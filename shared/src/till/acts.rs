//! What of a till's journal moves money: its sales with their payments, and its refunds, by whom. What they come to for each
//! event, to the cent.

use std::collections::BTreeMap;

use crate::clock::UnixMillis;
use crate::fact::kind::{Fact, FactBody};
use crate::fact::till::{
    ClerkId, GivenBack, Means, PaidBy, RefundReason, SaleId, SaleLine, TillFact,
};
use crate::ids::{EventId, FactId, PromoId, TicketId};

use super::at_ms;

/// A sale or a refund, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// Its place in the journal.
    pub seq: u64,
    /// When.
    pub at_ms: UnixMillis,
    /// Who had the till; `None` in a journal that breaks the rules.
    pub clerk: Option<ClerkId>,
    /// Its receipt.
    pub receipt: u32,
    /// Of which sale.
    pub sale: SaleId,
    /// What was done.
    pub what: What,
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Tickets were sold.
    Sold {
        /// Its lines.
        lines: Vec<SaleLine>,
        /// What came in for it; a refused card is not in it.
        paid: Vec<Portion>,
        /// What a promo code took off it.
        promotion: Option<Promotion>,
    },
    /// Tickets were taken back.
    TakenBack {
        /// Why.
        reason: RefundReason,
        /// Which.
        tickets: Vec<TicketId>,
        /// What went back.
        back: Vec<Portion>,
    },
}

/// What a promo code took off a sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promotion {
    /// The fact that says so, by whose id the server was asked for this use of the code.
    pub fact: FactId,
    /// Which code.
    pub promo: PromoId,
    /// Of which event the places are.
    pub event: EventId,
    /// How much.
    pub off: u64,
}

/// Money that came or went by one means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Portion {
    /// The place of the fact that says so.
    pub seq: u64,
    /// By what.
    pub means: Means,
    /// How much.
    pub amount: u64,
}

/// What a guest left with a sale, as the journal names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// The place of the fact that says so.
    pub seq: u64,
    /// With which sale.
    pub sale: SaleId,
    /// The sealed contact's random id.
    pub blob: [u8; 16],
    /// Its SHA-256.
    pub hash: [u8; 32],
}

/// The acts of a stretch of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acts {
    /// In order.
    pub acts: Vec<Act>,
    /// In order, too.
    pub left: Vec<Left>,
    /// The last place that they stand for. What follows may be a sale whose payments are still to come.
    pub through: u64,
    /// When the last fact that was read was written: none that comes after it in the journal is older.
    pub passed_ms: UnixMillis,
}

/// Reads a stretch that follows the place `after`, where `clerk` had the till. A fact that can't be read says nothing. Of a sale
/// that anything but a payment follows no more comes.
pub fn read(
    after: u64,
    mut clerk: Option<ClerkId>,
    facts: impl IntoIterator<Item = (u64, Option<Fact>)>,
) -> Acts {
    let mut read = Acts {
        acts: Vec::new(),
        left: Vec::new(),
        through: after,
        passed_ms: 0,
    };
    // With its place, and the sale that it is ahead of.
    let mut ahead: Option<(u64, SaleId, Promotion)> = None;
    let mut open: Option<(Act, u64)> = None;
    for (seq, fact) in facts {
        let Some(fact) = fact else {
            close(&mut read, &mut open, seq);
            continue;
        };
        read.passed_ms = read.passed_ms.max(at_ms(&fact));
        let FactBody::Till(body) = &fact.body else {
            close(&mut read, &mut open, seq);
            continue;
        };
        if let TillFact::Payment { sale, amount, by } = body {
            pay(&mut read, &mut open, (seq, *sale), (*amount, *by));
            continue;
        }
        close(&mut read, &mut open, seq);
        let before = ahead.take();
        let act = |receipt, sale, what| Act {
            seq,
            at_ms: at_ms(&fact),
            clerk,
            receipt,
            sale,
            what,
        };
        match body {
            TillFact::ShiftOpened { clerk: by, .. } | TillFact::ClerkChanged { clerk: by } => {
                clerk = Some(*by);
            }
            TillFact::Sale { receipt, lines } => {
                let total = lines.iter().map(price).fold(0, u64::saturating_add);
                let before = before.filter(|(_, sale, _)| *sale == fact.id);
                let first = before.map_or(seq, |(place, ..)| place);
                let what = What::Sold {
                    lines: lines.clone(),
                    paid: Vec::new(),
                    promotion: before.map(|(_, _, promotion)| promotion),
                };
                let act = act(*receipt, fact.id, what);
                if total == 0 {
                    read.acts.push(act);
                } else {
                    read.through = first - 1;
                    open = Some((act, total));
                }
            }
            TillFact::Refund {
                receipt,
                sale,
                reason,
                tickets,
                back,
            } => {
                let what = What::TakenBack {
                    reason: *reason,
                    tickets: tickets.clone(),
                    back: back.iter().map(|back| portion(seq, *back)).collect(),
                };
                read.acts.push(act(*receipt, *sale, what));
            }
            TillFact::Contact { sale, blob, hash } => read.left.push(Left {
                seq,
                sale: *sale,
                blob: *blob,
                hash: *hash,
            }),
            TillFact::Promotion {
                promo,
                sale,
                event,
                off,
                ..
            } => {
                // It stands for nothing without its sale.
                read.through = seq - 1;
                let promotion = Promotion {
                    fact: fact.id,
                    promo: *promo,
                    event: *event,
                    off: (*off).into(),
                };
                ahead = Some((seq, *sale, promotion));
            }
            TillFact::Payment { .. }
            | TillFact::JournalOpened(_)
            | TillFact::CashMoved { .. }
            | TillFact::DrawerCounted { .. }
            | TillFact::ShiftClosed { .. }
            | TillFact::PeriodClosed(_)
            | TillFact::Reprint { .. }
            | TillFact::TestPrint { .. }
            | TillFact::TrainingSale { .. }
            | TillFact::ConfigurationChanged { .. }
            | TillFact::ConnectionChanged { .. }
            | TillFact::Exchange { .. }
            | TillFact::Collected { .. } => {}
        }
    }
    read
}

/// Nothing more comes for the open sale, and `seq` was read.
fn close(read: &mut Acts, open: &mut Option<(Act, u64)>, seq: u64) {
    read.acts.extend(open.take().map(|(act, _)| act));
    read.through = seq;
}

fn pay(
    read: &mut Acts,
    open: &mut Option<(Act, u64)>,
    (seq, sale): (u64, SaleId),
    (amount, by): (u32, PaidBy),
) {
    let Some((act, left)) = open.as_mut().filter(|(act, _)| act.sale == sale) else {
        // A payment of nothing that waits to be paid: the books find it.
        close(read, open, seq);
        return;
    };
    let What::Sold { paid, .. } = &mut act.what else {
        return;
    };
    if by.counts() {
        let amount = u64::from(amount);
        let means = by.means();
        paid.push(Portion { seq, means, amount });
        *left = left.saturating_sub(amount);
    }
    if *left == 0 {
        close(read, open, seq);
    }
}

fn portion(seq: u64, back: GivenBack) -> Portion {
    Portion {
        seq,
        means: back.means,
        amount: back.amount.into(),
    }
}

/// What a line costs.
pub fn price(line: &SaleLine) -> u64 {
    u64::from(line.unit).saturating_mul(line.tickets.len() as u64)
}

/// A sale as it is one event's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Which event.
    pub event: EventId,
    /// Its lines.
    pub lines: Vec<SaleLine>,
    /// What they cost.
    pub total: u64,
    /// What paid them.
    pub paid: Vec<Portion>,
}

/// The orders of a sale, one for each event, in the order of the events' ids. Each is paid by what came first and is left.
pub fn parts(lines: &[SaleLine], paid: &[Portion]) -> Vec<Part> {
    let mut by_event: BTreeMap<EventId, Vec<SaleLine>> = BTreeMap::new();
    for line in lines {
        by_event.entry(line.event).or_default().push(line.clone());
    }
    let totals: Vec<u64> = by_event
        .values()
        .map(|lines| lines.iter().map(price).fold(0, u64::saturating_add))
        .collect();
    let shares = allot(&totals, paid);
    by_event
        .into_iter()
        .zip(totals.into_iter().zip(shares))
        .map(|((event, lines), (total, paid))| Part {
            event,
            lines,
            total,
            paid,
        })
        .collect()
}

/// Shares money out to sums, each filled before the next. What is more than all of them is the last one's: no cent is lost.
pub fn allot(sums: &[u64], money: &[Portion]) -> Vec<Vec<Portion>> {
    let mut shares = vec![Vec::new(); sums.len()];
    let mut left = sums.to_vec();
    let Some(last) = sums.len().checked_sub(1) else {
        return shares;
    };
    let mut at = 0;
    for portion in money {
        let mut amount = portion.amount;
        while amount > 0 {
            while at < last && left[at] == 0 {
                at += 1;
            }
            let taken = if at == last {
                amount
            } else {
                amount.min(left[at])
            };
            left[at] = left[at].saturating_sub(taken);
            amount -= taken;
            shares[at].push(Portion {
                amount: taken,
                ..*portion
            });
        }
    }
    shares
}

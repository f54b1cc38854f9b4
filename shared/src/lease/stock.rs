//! Places that a till may sell without asking: each is a right to sell one ticket that was signed ahead.

use crate::admission::fold::{Authors, FactHash};
use crate::admission::{Issued, Now, Sold};
use crate::fact::kind::{Fact, FactBody, RightKind};
use crate::ids::{DeviceId, JournalId, TicketId};
#[cfg(test)]
use crate::planted::{self, Bug};

use super::held::Held;
use super::list::{Lease, Right};
use super::trace::{Place, Trace, step_of, trace};

/// Most places in one lease.
pub const MAX_LEASE: u32 = 100;
/// From so few on places are leased one at a time, for a sale in progress.
pub const LAST_PLACES: u32 = 10;
/// How long after the event's end stock leases end: 24 hours.
pub const ENDS_AFTER_MS: i64 = 24 * 60 * 60 * 1000;

/// How many places to lease at once when `left` are neither sold nor leased: a twentieth, at least 1, at
/// most [`MAX_LEASE`]; one at a time of the last [`LAST_PLACES`].
pub fn lease_size(left: u32) -> u32 {
    if left <= LAST_PLACES {
        left.min(1)
    } else {
        left.div_ceil(20).min(MAX_LEASE)
    }
}

/// Is it time to ask for more? Below half of what a lease holds.
pub fn wants_more(unsold: u32, lease_size: u32) -> bool {
    unsold.saturating_mul(2) < lease_size
}

/// What became of a leased place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// That device may sell it.
    Unsold(DeviceId),
    /// That device sold it.
    Sold(DeviceId),
    /// Its holder said that it was not sold: the place is free again, its id is revoked for ever.
    Returned,
    /// It isn't leased.
    NotLeased,
}

/// As what a leased place counts in its type's stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counted {
    /// Lent: nobody else sells it.
    Lent,
    /// Sold.
    Sold,
    /// It is in the common stock again.
    Free,
}

/// As what a place counts. A ticket that was taken back frees its place once its till's word says that it had been sold:
/// before that the place is lent, and its till may be about to say so.
pub fn counted(stock: Stock, is_taken_back: bool) -> Counted {
    match stock {
        Stock::Unsold(_) => Counted::Lent,
        Stock::Sold(_) if is_taken_back => Counted::Free,
        Stock::Sold(_) => Counted::Sold,
        Stock::Returned | Stock::NotLeased => Counted::Free,
    }
}

/// Follows a place. Of the `issued` facts those count that a holder wrote before it gave the place away;
/// from the hand-over on only the receiver's do.
pub fn stock(
    ticket: TicketId,
    trace: &Trace,
    facts: &[(Fact, FactHash)],
    authors: &Authors<'_>,
) -> Stock {
    let sold_by = trace.holders.iter().copied().find(|holder| {
        let holds_it = trace.holder() == Some(*holder);
        let left = left_at(ticket, *holder, trace, facts, authors).filter(|_| !holds_it);
        facts.iter().any(|(fact, hash)| {
            let FactBody::Issued { tickets } = &fact.body else {
                return false;
            };
            let is_in_time =
                left.is_none_or(|(journal, seq)| fact.journal != journal || fact.seq < seq);
            fact.device == *holder
                && tickets.binary_search(&ticket).is_ok()
                && is_in_time
                && authors.counts(fact, hash)
        })
    });
    match (sold_by, trace.place) {
        (Some(device), _) => Stock::Sold(device),
        (None, Place::With(device)) => Stock::Unsold(device),
        (None, Place::ReleasedBy(_)) => Stock::Returned,
        (None, Place::NotGranted) => Stock::NotLeased,
    }
}

/// What a door, and a fold, make of a leased ticket's sale. `lease` is the grant that names it, if the list that is known
/// here has it: a till may have sold of a newer one.
pub fn issued(
    ticket: TicketId,
    lease: Option<&Lease>,
    facts: &[(Fact, FactHash)],
    authors: &Authors<'_>,
) -> Issued {
    let right = Right {
        kind: RightKind::Sell,
        ticket,
    };
    let trace = trace(right, lease, facts, authors);
    let sold = Sold::read(facts, authors);
    match stock(ticket, &trace, facts, authors) {
        Stock::Sold(device) if sold.is_withdrawn_by(ticket, device) => Issued::Withdrawn,
        Stock::Sold(_) => Issued::Known,
        Stock::Returned => Issued::Returned,
        Stock::Unsold(_) if lease.is_some_and(|lease| lease.is_stopped) => Issued::Stopped,
        Stock::Unsold(_) => Issued::Unseen,
        Stock::NotLeased => sold.issued(ticket),
    }
}

/// Where in its journal the device last gave the place away.
fn left_at(
    ticket: TicketId,
    device: DeviceId,
    trace: &Trace,
    facts: &[(Fact, FactHash)],
    authors: &Authors<'_>,
) -> Option<(JournalId, u64)> {
    let moves = facts.iter().filter_map(|(fact, hash)| {
        let (kind, term, _, steps) = step_of(&fact.body)?;
        let at = steps
            .binary_search_by_key(&ticket, |step| step.ticket)
            .ok()?;
        let is_of_this = fact.device == device && (kind, term) == (RightKind::Sell, trace.term);
        (is_of_this && authors.counts(fact, hash)).then_some((
            steps[at].step,
            fact.journal,
            fact.seq,
        ))
    });
    moves.max().map(|(_, journal, seq)| (journal, seq))
}

impl Stock {
    /// May the server sell the place to somebody else? Only its holder can say that it didn't: neither the
    /// end of a lease nor taking it back from a silent till says so. (A `write_off` counts places, not this
    /// one.)
    pub fn is_free_again(self) -> bool {
        match self {
            Self::Returned => true,
            #[cfg(test)]
            Self::Unsold(_) if planted::is(Bug::LeaseReturnedUnclosed) => true,
            Self::Unsold(_) | Self::Sold(_) | Self::NotLeased => false,
        }
    }
}

/// Why a till may not sell a leased place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MayNotSell {
    /// Another device holds it, or nobody, or this replica isn't whole.
    #[error("this place can't be sold here")]
    NotHere,
    /// It was sold.
    #[error("this place was sold")]
    Sold,
    /// Its lease ended, 24 hours after the event.
    #[error("the time for selling this place is over")]
    Over,
    /// The server took the lease back.
    #[error("this place was taken back by the server")]
    Stopped,
}

/// May the device sell this place now? A clock that may be wrong doesn't end a lease early.
pub fn may_sell(held: &Held, stock: Stock, lease: &Lease, now: Now) -> Result<(), MayNotSell> {
    match held {
        Held::Here => {}
        Held::Unread { .. } | Held::Doubtful | Held::Elsewhere(_) | Held::Nobody => {
            return Err(MayNotSell::NotHere);
        }
    }
    match stock {
        Stock::Unsold(_) => {}
        Stock::Sold(_) => return Err(MayNotSell::Sold),
        Stock::Returned | Stock::NotLeased => return Err(MayNotSell::NotHere),
    }
    if lease.is_stopped {
        return Err(MayNotSell::Stopped);
    }
    let earliest_ms = now.ms.saturating_sub(now.error_ms.into());
    if lease.ends_ms.is_some_and(|ends| earliest_ms >= ends) {
        return Err(MayNotSell::Over);
    }
    Ok(())
}

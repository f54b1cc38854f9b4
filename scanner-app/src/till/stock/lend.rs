//! Places from till to till, while the server is away: lending some, and keeping what was lent.
//!
//! The lender's hand-over is on its disk before its answer leaves; from then on only the other may sell. The other sells once
//! the hand-over and the tickets are on its own disk.

use std::collections::{BTreeMap, BTreeSet};

use shared::admission::Now;
use shared::clock::UnixMillis;
use shared::fact::body::MAX_RIGHTS;
use shared::fact::kind::{FactBody, RightKind, RightStep};
use shared::ids::{DeviceId, EventId, FactId, GateNo, TicketId};
use shared::lease::lend::{Lent, Purpose, Wanted, lend as which};
use shared::lease::{Held, Right};
use shared::roster::signed::SignedKind;
use shared::ticket::{Flags, Presented, PublicKey, Token, verify};
use shared::wire::latest::{EnvelopeBytes, PlacesAnswer, PlacesAsk, StockTicket};

use super::{Stall, open, stall};
use crate::door::{Author, NewFact, WriteFactError, write_fact};
use crate::replica::stock::{self as kept, OnSale};
use crate::replica::{ReplicaError, WriteTx, place_asks, rights, signed};
use crate::vault::{UnsealError, Vault};

/// Nothing was lent, or kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LendPlacesError {
    /// A ticket doesn't open.
    #[error("opening a ticket that is lent")]
    Sealed(#[from] UnsealError),
    /// Writing the hand-over.
    #[error(transparent)]
    Write(#[from] WriteFactError),
    /// Reading or writing.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

/// Answers a till that asks for places. Whoever sends the answer does so when the transaction is durable: the hand-over is in
/// it.
pub(crate) fn lend(
    tx: &WriteTx<'_>,
    author: &Author,
    vault: &Vault,
    asker: DeviceId,
    (event, ask): (EventId, &PlacesAsk),
    (now, now_ms): (Now, UnixMillis),
) -> Result<PlacesAnswer, LendPlacesError> {
    let mut answer = PlacesAnswer {
        facts: Vec::new(),
        tickets: Vec::new(),
        currency: String::new(),
        paper: Default::default(),
        leases: None,
    };
    let Some((stall, identity)) = stall(tx, event)? else {
        return Ok(answer);
    };
    if asker == stall.me || !stall.authors().may_hold(asker, RightKind::Sell) {
        return Ok(answer);
    }
    let tickets = handed_over(
        tx,
        author,
        &stall,
        identity.gate,
        (asker, ask),
        (now, now_ms),
    )?;
    let mut told = BTreeSet::new();
    for &ticket in &tickets {
        let right = Right {
            kind: RightKind::Sell,
            ticket,
        };
        for bytes in rights::envelopes(tx, stall.event_no, right)? {
            if told.insert(bytes.clone()) {
                answer.facts.push(EnvelopeBytes(bytes));
            }
        }
        let Some(sealed) = kept::get(tx, stall.event_no, ticket)? else {
            continue;
        };
        answer.tickets.push(StockTicket {
            ticket,
            type_no: sealed.type_no,
            series: sealed.series.clone(),
            number: Some(sealed.number),
            price_minor: sealed.price_minor,
            vat_basis_points: sealed.vat_basis_points,
            token: open(vault, event, &sealed)?.token,
        });
    }
    if let Some(on_sale) = kept::on_sale(tx, stall.event_no)? {
        (answer.currency, answer.paper) = (on_sale.currency, on_sale.paper);
    }
    if signed::version(tx, SignedKind::Leases)? > ask.leases {
        answer.leases = signed::get(tx, SignedKind::Leases)?;
    }
    Ok(answer)
}

/// The places of the answer. Those that are handed over now are so by facts of this transaction.
fn handed_over(
    tx: &WriteTx<'_>,
    author: &Author,
    stall: &Stall,
    gate: GateNo,
    (asker, ask): (DeviceId, &PlacesAsk),
    (now, now_ms): (Now, UnixMillis),
) -> Result<Vec<TicketId>, LendPlacesError> {
    let mut moved = Vec::new();
    for ticket in kept::given(tx, stall.event_no, ask.type_no)? {
        let right = Right {
            kind: RightKind::Sell,
            ticket,
        };
        let facts = rights::moving(tx, stall.event_no, right)?;
        moved.extend(facts.into_iter().map(|(fact, _)| (ticket, fact)));
    }
    let mut unsold = Vec::new();
    let mut steps: BTreeMap<TicketId, (u64, RightStep)> = BTreeMap::new();
    for sealed in kept::not_sold(tx, stall.event_no, Some(ask.type_no))? {
        let place = stall.place(tx, sealed.ticket)?;
        if place.may_be_sold(now).is_ok() {
            let step = place.trace.next_step(place.right);
            steps.insert(sealed.ticket, (place.trace.term, step));
            unsold.push(sealed.ticket);
        }
    }
    let wanted = Wanted {
        by: asker,
        asked_for: ask.asked_for,
        places: ask.places,
        purpose: ask.has.map_or(Purpose::Sale, |has| Purpose::Stock { has }),
    };
    let given = moved.iter().map(|(ticket, fact)| (*ticket, fact));
    let tickets = match which(wanted, stall.me, &unsold, given) {
        Lent::Before(tickets) => return Ok(tickets),
        Lent::Now(tickets) => tickets,
    };
    let mut by_term: BTreeMap<u64, Vec<RightStep>> = BTreeMap::new();
    for (term, step) in tickets.iter().filter_map(|ticket| steps.get(ticket)) {
        by_term.entry(*term).or_default().push(*step);
    }
    for (term, steps) in by_term {
        for tickets in steps.chunks(MAX_RIGHTS) {
            let body = FactBody::HandOver {
                right: RightKind::Sell,
                term,
                to: asker,
                asked_for: ask.asked_for,
                tickets: tickets.to_vec(),
            };
            let fact = NewFact {
                body,
                seen: Vec::new(),
            };
            write_fact(tx, author, stall.event, gate, fact, now_ms)?;
        }
    }
    kept::note_moved(tx, stall.event_no, &tickets, true)?;
    Ok(tickets)
}

/// Keeps the tickets of an answer whose facts are here: those that this till holds by them, and that the event's keys signed.
/// Says how many they are.
pub(crate) fn keep(
    tx: &WriteTx<'_>,
    vault: &Vault,
    (event, asked_for): (EventId, FactId),
    answer: &PlacesAnswer,
    now_ms: UnixMillis,
) -> Result<u32, LendPlacesError> {
    let Some((stall, _)) = stall(tx, event)? else {
        return Ok(0);
    };
    let mut good = Vec::new();
    for ticket in &answer.tickets {
        let place = stall.place(tx, ticket.ticket)?;
        let is_of_type =
            place.lease.as_ref().and_then(|lease| lease.type_no) == Some(ticket.type_no);
        if place.held == Held::Here && is_of_type && is_signed(tx, event, ticket)? {
            good.push(ticket.clone());
        }
    }
    if !good.is_empty() && kept::on_sale(tx, stall.event_no)?.is_none() {
        let on_sale = OnSale {
            series: kept::letters(tx)?.unwrap_or_default(),
            currency: answer.currency.clone(),
            paper: answer.paper.clone(),
            types: Vec::new(),
            said_ms: now_ms,
        };
        kept::put_on_sale(tx, stall.event_no, &on_sale)?;
    }
    kept::put(tx, vault, stall.event_no, &good)?;
    let tickets: Vec<TicketId> = good.iter().map(|ticket| ticket.ticket).collect();
    kept::note_moved(tx, stall.event_no, &tickets, false)?;
    // What is held and was not kept is asked for again: its facts may come another way.
    if good.len() == answer.tickets.len() {
        place_asks::end(tx, asked_for)?;
    }
    Ok(tickets.len() as u32)
}

/// The code is that of the place, under a key of the event.
fn is_signed(tx: &WriteTx<'_>, event: EventId, ticket: &StockTicket) -> Result<bool, ReplicaError> {
    let Ok(token) = Token::from_bytes(&ticket.token) else {
        return Ok(false);
    };
    let says = *token.claimed();
    let is_its_own = (says.ticket, says.type_no) == (ticket.ticket, ticket.type_no)
        && says.flags.contains(Flags::LEASED);
    let mut keys = signed::keys(tx)?.into_iter();
    let key = keys.find(|key| key.id == says.key && key.event == event && !key.revoked);
    let key = key.and_then(|key| PublicKey::from_bytes(&key.public).ok());
    let is_good = |key: PublicKey| verify(&Presented::plain(token), &key).is_ok();
    Ok(is_its_own && key.is_some_and(is_good))
}

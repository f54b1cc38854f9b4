//! The places that this till may sell alone: which they are, taking them for a sale, giving them back.
//!
//! What may be sold follows from the organizer's signed leases and from facts, by `shared::lease`; the rows of the replica only
//! have the tickets themselves. So a replica that was put back, or whose lease was taken back, sells nothing by mistake.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;
use shared::admission::Now;
use shared::admission::fold::{Authors, FactHash};
use shared::clock::UnixMillis;
use shared::fact::body::{MAX_ISSUED, MAX_RIGHTS};
use shared::fact::kind::{Fact, FactBody, RightKind, RightStep};
use shared::ids::{DeviceId, EventId, GateNo, TicketId, TypeNo};
use shared::lease::stock::{MayNotSell, Stock, may_sell, stock};
use shared::lease::{Held, Lease, LeaseList, OwnJournals, Right, Trace, held, trace};
use shared::roster::DeviceRow;
use shared::roster::signed::SignedKind;
use shared::ticket::token::TOKEN_BYTES;

use crate::door::{Author, NewFact, WriteFactError, now_of, write_fact};
use crate::replica::events::{self, EventNo};
use crate::replica::identity::{self, Identity, SigningKeyError};
use crate::replica::stock::{self as kept, SealedTicket};
use crate::replica::{Replica, ReplicaError, WriteTx, facts, rights, sign_off, signed};
use crate::vault::{UnsealError, Vault};

const HOUR_MS: i64 = 3_600_000;

/// A till's letters in the numbers of its tickets.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Series(pub String);

/// A ticket that was signed ahead and is being sold.
#[derive(Clone, PartialEq, Eq)]
pub struct LeasedTicket {
    /// Which.
    pub id: TicketId,
    /// Of which event.
    pub event: EventId,
    /// Of which type.
    pub type_no: TypeNo,
    /// The letters of its number.
    pub series: Series,
    /// Its number in the series.
    pub number: u64,
    /// The 80 bytes of its code.
    pub token: [u8; TOKEN_BYTES],
}

impl std::fmt::Debug for LeasedTicket {
    /// Without the token: a log line must not be a ticket.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LeasedTicket")
            .field("id", &self.id)
            .field("type_no", &self.type_no)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// No place was taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Nobody's device, without the right to sell, revoked or signed off.
    #[error("this device may not sell for the event; ask the organizer for the right to sell")]
    NotATill,
    /// Fewer places than wanted can be sold without asking.
    #[error(
        "this till may sell only {left} of these without the server; connect it, or sell fewer"
    )]
    TooFew {
        /// How many it can sell.
        left: u32,
    },
    /// The time of its lease is over.
    #[error("the time for selling this event at this till is over")]
    Over,
    /// The organizer took the lease back.
    #[error("the organizer took this till's places back; ask them before you sell")]
    Stopped,
    /// The replica is a copy or was put back: places may have been sold that it doesn't know of.
    #[error("this till's data was copied or put back: connect it to the server before you sell")]
    Doubtful,
    /// More than one fact may name.
    #[error("at most {MAX_ISSUED} tickets can be sold at once")]
    TooMany,
    /// A ticket doesn't open.
    #[error("opening a ticket that this till may sell")]
    Sealed(#[from] UnsealError),
    /// Reading.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl NotTaken {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotATill => "not_a_till",
            Self::TooFew { .. } => "too_few_leased",
            Self::Over => "lease_over",
            Self::Stopped => "lease_stopped",
            Self::Doubtful => "replica_doubtful",
            Self::TooMany => "too_many",
            Self::Sealed(_) => "sealed",
            Self::Replica(error) => error.code(),
        }
    }
}

/// What a till goes by at one event.
struct Stall {
    event: EventId,
    event_no: EventNo,
    me: DeviceId,
    own: OwnJournals,
    leases: Vec<Lease>,
    devices: Vec<DeviceRow>,
    server: DeviceId,
}

impl Stall {
    fn load(
        connection: &Connection,
        identity: &Identity,
        (event_no, event): (EventNo, EventId),
    ) -> Result<Self, ReplicaError> {
        Ok(Self {
            event,
            event_no,
            me: identity.device,
            own: rights::own_journals(connection)?,
            leases: leases_of(connection, event)?,
            devices: signed::devices(connection)?,
            server: signed::server_device(connection)?
                .unwrap_or_else(|| DeviceId::from_bytes([0; 16])),
        })
    }

    fn authors(&self) -> Authors<'_> {
        Authors {
            devices: &self.devices,
            server: self.server,
            event: self.event,
        }
    }

    fn may_sell_at_all(&self) -> bool {
        self.authors().may_hold(self.me, RightKind::Sell)
    }

    fn place(&self, connection: &Connection, ticket: TicketId) -> Result<Place<'_>, ReplicaError> {
        let right = Right {
            kind: RightKind::Sell,
            ticket,
        };
        let lease = self.leases.iter().find(|lease| lease.has(right));
        let mut facts: Vec<(Fact, FactHash)> = facts::issuing(connection, ticket)?;
        facts.extend(rights::moving(connection, self.event_no, right)?);
        let authors = self.authors();
        let trace = trace(right, lease, &facts, &authors);
        Ok(Place {
            right,
            lease,
            held: held(self.me, self.own, right, lease, &trace, &facts),
            stock: stock(ticket, &trace, &facts, &authors),
            trace,
        })
    }
}

/// How one place stands here.
struct Place<'a> {
    right: Right,
    lease: Option<&'a Lease>,
    held: Held,
    stock: Stock,
    trace: Trace,
}

impl Place<'_> {
    fn may_be_sold(&self, now: Now) -> Result<(), MayNotSell> {
        let lease = self.lease.ok_or(MayNotSell::NotHere)?;
        may_sell(&self.held, self.stock, lease, now)
    }

    /// This till has it, and can say that it never sold it.
    fn can_be_given_back(&self) -> bool {
        self.held == Held::Here && matches!(self.stock, Stock::Unsold(_))
    }
}

/// The stock leases of an event, as the newest list that is here has them.
fn leases_of(connection: &Connection, event: EventId) -> Result<Vec<Lease>, ReplicaError> {
    let Some(object) = signed::get(connection, SignedKind::Leases)? else {
        return Ok(Vec::new());
    };
    let list: LeaseList = serde_json::from_slice(&object.body).map_err(|_| ReplicaError::Row {
        table: "signed_object",
    })?;
    let mut leases = list.leases;
    leases.retain(|lease| lease.event == event && lease.right == RightKind::Sell);
    Ok(leases)
}

fn stall(
    connection: &Connection,
    event: EventId,
) -> Result<Option<(Stall, Identity)>, ReplicaError> {
    let Some(identity) = identity::load(connection)? else {
        return Ok(None);
    };
    if sign_off::since_ms(connection)?.is_some() {
        return Ok(None);
    }
    let Some(no) = events::number(connection, event)? else {
        return Ok(None);
    };
    let stall = Stall::load(connection, &identity, (no, event))?;
    Ok(stall.may_sell_at_all().then_some((stall, identity)))
}

/// Takes `n` places of a type for a sale, those with the lowest numbers first. Whoever takes them writes their `issued` fact
/// in the same transaction; without it nothing was sold.
pub(crate) fn take(
    tx: &Connection,
    vault: &Vault,
    event: EventId,
    type_no: TypeNo,
    n: u32,
    now: Now,
) -> Result<Vec<LeasedTicket>, NotTaken> {
    if n as usize > MAX_ISSUED {
        return Err(NotTaken::TooMany);
    }
    let (stall, _) = stall(tx, event)?.ok_or(NotTaken::NotATill)?;
    let mut taken = Vec::with_capacity(n as usize);
    let mut why = None;
    for sealed in kept::not_sold(tx, stall.event_no, Some(type_no))? {
        if taken.len() == n as usize {
            break;
        }
        let place = stall.place(tx, sealed.ticket)?;
        match place.may_be_sold(now) {
            Ok(()) => taken.push(open(vault, event, &sealed)?),
            Err(MayNotSell::NotHere) if place.held == Held::Doubtful => {
                why = Some(NotTaken::Doubtful);
            }
            Err(MayNotSell::NotHere | MayNotSell::Sold) => {}
            Err(MayNotSell::Over) => why = Some(NotTaken::Over),
            Err(MayNotSell::Stopped) => why = Some(NotTaken::Stopped),
        }
    }
    match (taken.len(), why) {
        (got, _) if got == n as usize => Ok(taken),
        (0, Some(why)) => Err(why),
        (got, _) => Err(NotTaken::TooFew { left: got as u32 }),
    }
}

fn open(vault: &Vault, event: EventId, sealed: &SealedTicket) -> Result<LeasedTicket, UnsealError> {
    Ok(LeasedTicket {
        id: sealed.ticket,
        event,
        type_no: sealed.type_no,
        series: Series(sealed.series.clone()),
        number: sealed.number,
        token: vault.unseal_array(&kept::purpose(sealed.ticket), &sealed.token)?,
    })
}

/// How many places of each type this till can sell now without asking.
pub fn unsold(
    connection: &Connection,
    event: EventId,
    now: Now,
) -> Result<BTreeMap<TypeNo, u32>, ReplicaError> {
    let mut unsold = BTreeMap::new();
    let Some((stall, _)) = stall(connection, event)? else {
        return Ok(unsold);
    };
    for sealed in kept::not_sold(connection, stall.event_no, None)? {
        let place = stall.place(connection, sealed.ticket)?;
        if place.may_be_sold(now).is_ok() {
            *unsold.entry(sealed.type_no).or_default() += 1;
        }
    }
    Ok(unsold)
}

/// How soon a till may sell no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndsSoon {
    /// Within a day.
    WithinADay,
    /// Within an hour.
    WithinAnHour,
}

/// What this till holds of one type of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Of which event.
    pub event: EventId,
    /// The event's title, if its roster is here.
    pub event_name: Option<String>,
    /// Which type.
    pub type_no: TypeNo,
    /// The type's name, if the roster is here.
    pub type_name: Option<String>,
    /// The till's letters.
    pub series: Option<Series>,
    /// The leased price of the next one, with VAT, in the smallest unit.
    pub price_minor: Option<i64>,
    /// Its VAT rate; 550 = 5.5 %.
    pub vat_basis_points: Option<u32>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Places that it can sell now without asking.
    pub can_sell: u32,
    /// Places that it sold and that were leased to it.
    pub sold: u64,
    /// Places that it has and can't sell: their time is over, or they were taken back.
    pub stopped: u32,
    /// Places that nobody had when the server last said so.
    pub left: Option<u32>,
    /// When the last of its leases ends.
    pub ends_ms: Option<UnixMillis>,
    /// Whether to say so.
    pub ends_soon: Option<EndsSoon>,
}

/// What this till holds, by event and type.
pub fn holdings(connection: &Connection, now: Now) -> Result<Vec<Holding>, ReplicaError> {
    let mut holdings = Vec::new();
    for (no, event) in events::all(connection)? {
        let Some((stall, _)) = stall(connection, event)? else {
            continue;
        };
        holdings.extend(of_event(connection, &stall, no, now)?);
    }
    Ok(holdings)
}

fn of_event(
    connection: &Connection,
    stall: &Stall,
    no: EventNo,
    now: Now,
) -> Result<Vec<Holding>, ReplicaError> {
    let on_sale = kept::on_sale(connection, no)?;
    let event_name = events::event_row(connection, no)?.map(|row| row.name);
    let names: BTreeMap<TypeNo, String> = events::ticket_types(connection, no)?
        .into_iter()
        .map(|row| (row.no, row.name))
        .collect();
    let mut by_type: BTreeMap<TypeNo, Holding> = BTreeMap::new();
    let holding = |type_no: TypeNo| Holding {
        event: stall.event,
        event_name: event_name.clone(),
        type_no,
        type_name: names.get(&type_no).cloned(),
        series: on_sale
            .as_ref()
            .map(|on_sale| Series(on_sale.series.clone())),
        price_minor: None,
        vat_basis_points: None,
        currency: on_sale.as_ref().map(|on_sale| on_sale.currency.clone()),
        can_sell: 0,
        sold: 0,
        stopped: 0,
        left: None,
        ends_ms: None,
        ends_soon: None,
    };
    for row in on_sale.iter().flat_map(|on_sale| &on_sale.types) {
        let of_type = by_type
            .entry(row.type_no)
            .or_insert_with(|| holding(row.type_no));
        of_type.left = Some(row.left);
    }
    for sealed in kept::not_sold(connection, no, None)? {
        let place = stall.place(connection, sealed.ticket)?;
        let of_type = by_type
            .entry(sealed.type_no)
            .or_insert_with(|| holding(sealed.type_no));
        match place.may_be_sold(now) {
            Ok(()) => {
                of_type.can_sell += 1;
                of_type.price_minor.get_or_insert(sealed.price_minor);
                of_type
                    .vat_basis_points
                    .get_or_insert(sealed.vat_basis_points);
                let ends_ms = place.lease.and_then(|lease| lease.ends_ms);
                of_type.ends_ms = of_type.ends_ms.max(ends_ms);
            }
            Err(MayNotSell::Over | MayNotSell::Stopped) => of_type.stopped += 1,
            Err(MayNotSell::NotHere | MayNotSell::Sold) => {}
        }
    }
    for (type_no, sold) in kept::sold(connection, no)? {
        let of_type = by_type.entry(type_no).or_insert_with(|| holding(type_no));
        of_type.sold = sold;
    }
    for of_type in by_type.values_mut() {
        of_type.ends_soon = of_type.ends_ms.and_then(|ends_ms| ends_soon(ends_ms, now));
    }
    Ok(by_type.into_values().collect())
}

fn ends_soon(ends_ms: UnixMillis, now: Now) -> Option<EndsSoon> {
    match ends_ms.saturating_sub(now.ms) {
        left if left <= HOUR_MS => Some(EndsSoon::WithinAnHour),
        left if left <= 24 * HOUR_MS => Some(EndsSoon::WithinADay),
        _ => None,
    }
}

/// Which places a till gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// All that it didn't sell: it closes.
    All,
    /// Those that it can't sell any more: their time is over, or the organizer took them back.
    NotForSale,
}

/// Places were not given back.
#[derive(Debug, thiserror::Error)]
pub enum GiveBackError {
    /// Its key can't be had.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// Writing the facts.
    #[error(transparent)]
    Write(#[from] WriteFactError),
    /// Reading or writing.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl GiveBackError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Key(error) => error.code(),
            Self::Write(WriteFactError::Replica(error)) | Self::Replica(error) => error.code(),
            Self::Write(WriteFactError::Sign(_)) => "internal",
        }
    }
}

/// Writes that these places were not sold and never will be by this till: `release` facts. The server has them again once
/// they are sent. Says how many they are.
pub fn give_back(
    replica: &Replica,
    event: Option<EventId>,
    which: Which,
    now_ms: UnixMillis,
) -> Result<u64, GiveBackError> {
    let key = replica.signing_key()?;
    let now = now_of(replica.time().now(now_ms));
    replica.write(move |tx| {
        let Some(identity) = identity::load(tx)? else {
            return Ok(0);
        };
        let author = Author {
            device: identity.device,
            key,
        };
        let mut given = 0;
        for (_, of) in events::all(tx)? {
            if event.is_none_or(|event| event == of) {
                given += give_back_in(tx, &author, identity.gate, of, (which, now), now_ms)?;
            }
        }
        Ok(given)
    })
}

/// The same of one event, in the caller's transaction.
pub(crate) fn give_back_in(
    tx: &WriteTx<'_>,
    author: &Author,
    gate: GateNo,
    event: EventId,
    (which, now): (Which, Now),
    now_ms: UnixMillis,
) -> Result<u64, GiveBackError> {
    let Some((stall, _)) = stall(tx, event)? else {
        return Ok(0);
    };
    let mut by_term: BTreeMap<u64, Vec<RightStep>> = BTreeMap::new();
    for sealed in kept::not_sold(tx, stall.event_no, None)? {
        let place = stall.place(tx, sealed.ticket)?;
        let is_due = match which {
            Which::All => true,
            Which::NotForSale => matches!(
                place.may_be_sold(now),
                Err(MayNotSell::Over | MayNotSell::Stopped)
            ),
        };
        if is_due && place.can_be_given_back() {
            let step = place.trace.next_step(place.right);
            by_term.entry(place.trace.term).or_default().push(step);
        }
    }
    let mut given = Vec::new();
    for (term, mut steps) in by_term {
        steps.sort_by_key(|step| step.ticket);
        for tickets in steps.chunks(MAX_RIGHTS) {
            let body = FactBody::Release {
                right: RightKind::Sell,
                term,
                tickets: tickets.to_vec(),
            };
            let fact = NewFact {
                body,
                seen: Vec::new(),
            };
            write_fact(tx, author, event, gate, fact, now_ms)?;
            given.extend(tickets.iter().map(|step| step.ticket));
        }
    }
    if !given.is_empty() {
        kept::forget(tx, stall.event_no, &given)?;
    }
    Ok(given.len() as u64)
}

/// Nothing was sold.
#[derive(Debug, thiserror::Error)]
pub enum SellError {
    /// The places can't be had.
    #[error(transparent)]
    NotTaken(#[from] NotTaken),
    /// Its keys can't be had.
    #[error(transparent)]
    Key(#[from] SigningKeyError),
    /// Writing the fact.
    #[error(transparent)]
    Write(#[from] WriteFactError),
    /// Reading or writing.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
}

impl SellError {
    /// For JSON.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotTaken(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Write(WriteFactError::Replica(error)) | Self::Replica(error) => error.code(),
            Self::Write(WriteFactError::Sign(_)) => "internal",
        }
    }
}

/// Sells `n` places of one type: takes them and writes the `issued` fact, in one transaction that is on the disk when this
/// returns. No money is noted.
pub fn sell(
    replica: &Replica,
    event: EventId,
    type_no: TypeNo,
    n: u32,
    now_ms: UnixMillis,
) -> Result<Vec<LeasedTicket>, SellError> {
    let key = replica.signing_key()?;
    let vault = replica
        .vault()
        .cloned()
        .ok_or(SigningKeyError::KeysElsewhere)?;
    let now = now_of(replica.time().now(now_ms));
    replica.write(move |tx| {
        let identity = identity::load(tx)?.ok_or(SigningKeyError::NotEnrolled)?;
        let author = Author {
            device: identity.device,
            key,
        };
        let taken = take(tx, &vault, event, type_no, n, now)?;
        let mut tickets: Vec<TicketId> = taken.iter().map(|ticket| ticket.id).collect();
        tickets.sort_unstable();
        let fact = NewFact {
            body: FactBody::Issued { tickets },
            seen: Vec::new(),
        };
        write_fact(tx, &author, event, identity.gate, fact, now_ms)?;
        Ok(taken)
    })
}

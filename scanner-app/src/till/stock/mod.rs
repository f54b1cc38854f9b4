//! The places that this till may sell alone: which they are, taking them for a sale, giving them back.
//!
//! What may be sold follows from the organizer's signed leases and from facts, by `shared::lease`; the rows of the replica only
//! have the tickets themselves. So a replica that was put back, or whose lease was taken back, sells nothing by mistake.

pub(crate) mod borrow;
mod give_back;
mod holdings;
pub(crate) mod lend;

use rusqlite::Connection;
use serde::Serialize;
use shared::admission::Now;
use shared::admission::fold::{Authors, FactHash};
use shared::clock::UnixMillis;
use shared::fact::body::MAX_ISSUED;
use shared::fact::kind::{Fact, FactBody, RightKind};
use shared::ids::{DeviceId, EventId, TicketId, TypeNo};
use shared::lease::stock::{MayNotSell, Stock, may_sell, stock};
use shared::lease::{Held, Lease, OwnJournals, Right, Trace, held, trace};
use shared::roster::DeviceRow;
use shared::ticket::Token;
use shared::ticket::token::TOKEN_BYTES;

use crate::door::{Author, NewFact, WriteFactError, now_of, write_fact};
use crate::replica::events::{self, EventNo};
use crate::replica::identity::{self, Identity, SigningKeyError};
use crate::replica::stock::{self as kept, SealedTicket};
use crate::replica::{Replica, ReplicaError, facts, leases, rights, sign_off, signed};
use crate::vault::{UnsealError, Vault};

pub use borrow::{Borrowed, borrow};
pub(crate) use give_back::give_back_in;
pub use give_back::{GiveBackError, Which, give_back};
pub use holdings::{EndsSoon, Holding, holdings, unsold};

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

    fn place(&self, connection: &Connection, ticket: TicketId) -> Result<Place, ReplicaError> {
        let right = Right {
            kind: RightKind::Sell,
            ticket,
        };
        let lease = leases::of(connection, self.event, ticket)?;
        let mut facts: Vec<(Fact, FactHash)> = facts::issuing(connection, ticket)?;
        facts.extend(rights::moving(connection, self.event_no, right)?);
        let authors = self.authors();
        let trace = trace(right, lease.as_ref(), &facts, &authors);
        Ok(Place {
            right,
            held: held(self.me, self.own, right, lease.as_ref(), &trace, &facts),
            lease,
            stock: stock(ticket, &trace, &facts, &authors),
            trace,
        })
    }
}

/// How one place stands here.
struct Place {
    right: Right,
    lease: Option<Lease>,
    held: Held,
    stock: Stock,
    trace: Trace,
}

impl Place {
    fn may_be_sold(&self, now: Now) -> Result<(), MayNotSell> {
        let lease = self.lease.as_ref().ok_or(MayNotSell::NotHere)?;
        may_sell(&self.held, self.stock, lease, now)
    }

    /// This till has it, and can say that it never sold it.
    fn can_be_given_back(&self) -> bool {
        self.held == Held::Here && matches!(self.stock, Stock::Unsold(_))
    }
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

/// Those of these places that this till may sell.
pub fn sellable(
    connection: &Connection,
    event: EventId,
    tickets: &[TicketId],
    now: Now,
) -> Result<Vec<TicketId>, ReplicaError> {
    let Some((stall, _)) = stall(connection, event)? else {
        return Ok(Vec::new());
    };
    let mut sellable = Vec::with_capacity(tickets.len());
    for sealed in kept::not_sold(connection, stall.event_no, None)? {
        let is_one = tickets.contains(&sealed.ticket);
        if is_one
            && stall
                .place(connection, sealed.ticket)?
                .may_be_sold(now)
                .is_ok()
        {
            sellable.push(sealed.ticket);
        }
    }
    Ok(sellable)
}

/// Takes `n` places of a type for a sale: those of `first`, then those with the lowest numbers. Whoever takes them writes their
/// `issued` fact in the same transaction; without it nothing was sold.
pub(crate) fn take(
    tx: &Connection,
    vault: &Vault,
    (event, type_no): (EventId, TypeNo),
    n: u32,
    first: &[TicketId],
    now: Now,
) -> Result<Vec<LeasedTicket>, NotTaken> {
    if n as usize > MAX_ISSUED {
        return Err(NotTaken::TooMany);
    }
    let (stall, _) = stall(tx, event)?.ok_or(NotTaken::NotATill)?;
    let mut taken = Vec::with_capacity(n as usize);
    let mut why = None;
    let mut places = kept::not_sold(tx, stall.event_no, Some(type_no))?;
    places.sort_by_key(|sealed| !first.contains(&sealed.ticket));
    for sealed in places {
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

/// The code of a ticket, sold or not.
pub(super) fn open_token(vault: &Vault, sealed: &SealedTicket) -> Result<Token, NotTaken> {
    let bytes = vault.unseal_array(&kept::purpose(sealed.ticket), &sealed.token)?;
    Token::from_bytes(&bytes).map_err(|_| {
        ReplicaError::Row {
            table: "leased_ticket",
        }
        .into()
    })
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
        let taken = take(tx, &vault, (event, type_no), n, &[], now)?;
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

//! Rights on their way: strict mode between doors, stock between tills and the server.

use serde::{Deserialize, Serialize};

use super::{EnvelopeBytes, base64_bytes};
use crate::fact::kind::RightKind;
use crate::fact::till::PriceReason;
use crate::ids::{DeviceId, EventId, FactId, TicketId, TypeNo};
use crate::money::Money;
use crate::price::{Group, Tariff};
use crate::roster::signed::SignedObject;
use crate::ticket::token::TOKEN_BYTES;
use crate::till::rates::Rates;

/// `POST /api/v1/sync/events/{event}/rights/{ticket}`, from device to device: the asker wants the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightAsk {
    /// Which right.
    pub right: RightKind,
    /// With which ticket.
    pub ticket: TicketId,
    /// The entry or sale that it would write.
    pub fact: FactId,
    /// The version of the leases that it has; 0 = none.
    pub leases: u64,
}

/// Its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RightAnswer {
    /// What the holder says.
    pub outcome: RightOutcome,
    /// All facts of the ticket and of its rights that are known there, as signed: what `outcome` is to be
    /// believed by, and what the receiver has to know before it uses the right.
    pub facts: Vec<EnvelopeBytes>,
    /// The leases, if the asker's are older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leases: Option<SignedObject>,
}

/// What a device that is asked for a right says. The facts prove it, not this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RightOutcome {
    /// The hand-over is among the facts.
    HandedOver,
    /// It does not hold it.
    NotHolder {
        /// Who does, as far as is known there.
        who: Option<DeviceId>,
    },
    /// It holds it, and keeps it for now.
    NotNow,
    /// An answer of a newer device: as good as none.
    #[serde(other)]
    Unknown,
}

/// `POST /api/v1/sync/events/{event}/places`, from till to till: the asker has too few places, and the server is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacesAsk {
    /// Of which type.
    pub type_no: TypeNo,
    /// How many it wants.
    pub places: u32,
    /// So many it has, and wants to have more of them; missing = it has a guest who wants these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has: Option<u32>,
    /// The question's id. The same question is answered with the same places.
    pub asked_for: FactId,
    /// The version of the leases that it has; 0 = none.
    pub leases: u64,
}

/// Its answer. It leaves when the hand-over is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlacesAnswer {
    /// All facts that moved these places, as signed, and the openings of their journals.
    pub facts: Vec<EnvelopeBytes>,
    /// The places that were handed over; none if there is none to spare.
    pub tickets: Vec<StockTicket>,
    /// ISO 4217, of all prices.
    pub currency: String,
    /// What stands on paper.
    pub paper: StockPaper,
    /// The leases, if the asker's are older.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leases: Option<SignedObject>,
}

/// `POST /api/v1/sync/leases`: a till asks for places of an event that it may sell alone. Hand-overs and returns are facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAsk {
    /// Of which event.
    pub event: EventId,
    /// For a sale in progress; missing = so that it has enough of every type that is on sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<StockSale>,
    /// The signed objects that it has, as in `GET /api/v1/sync/signed?have=`.
    #[serde(default)]
    pub have: String,
}

/// A sale at a till that its lease doesn't cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockSale {
    /// Of which type.
    pub type_no: TypeNo,
    /// How many are wanted.
    pub places: u32,
}

/// Its answer. The same asked again is answered alike, so that an answer that was lost costs nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockAnswer {
    /// Those that are newer than the till's, the leases and the key that signed the tickets among them.
    pub objects: Vec<SignedObject>,
    /// The till's letters in ticket numbers; empty before its first lease.
    pub series: String,
    /// ISO 4217, of all prices.
    pub currency: String,
    /// What stands on paper beside what the roster says.
    pub paper: StockPaper,
    /// What holds for all of the organizer's tills.
    pub terms: TillTerms,
    /// The event's types that are on sale.
    pub types: Vec<StockType>,
    /// All places of the event that the server knows this till to hold and not to have sold.
    pub tickets: Vec<StockTicket>,
}

/// What an organizer tells all of its tills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TillTerms {
    /// By which what guests leave is sealed for the server, see `crate::till::contact`.
    #[serde(with = "base64_bytes")]
    pub contact_key: [u8; 32],
    /// Vouchers that are taken in place of money, and those that were.
    pub vouchers: Vec<VoucherKind>,
}

/// A kind of vouchers. Its number and its name never change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoucherKind {
    /// As facts name it.
    pub number: u16,
    /// As people do.
    pub name: String,
    /// It is taken now.
    pub taken: bool,
}

/// `PUT /api/v1/sync/contacts/{id}`: what a guest left at this till, sealed; the till's journal names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactUpload {
    /// The sealed bytes.
    #[serde(with = "base64_bytes")]
    pub sealed: Vec<u8>,
}

/// Its answer; either way the till forgets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ContactAnswer {
    /// The server has it, now or before.
    Kept,
    /// The server had it, and it was erased there.
    Erased,
}

/// What a till prints on tickets and receipts of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockPaper {
    /// The organizer's legal name.
    pub organizer: String,
    /// The number of its licence, if it has one.
    pub licence: Option<String>,
    /// The venue's name.
    pub venue: String,
    /// Street and number.
    pub street: String,
    /// Postal code and city.
    pub city: String,
}

/// A type that is on sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockType {
    /// Which.
    pub type_no: TypeNo,
    /// With VAT, in the currency's smallest unit: of what is leased from now on.
    pub price_minor: i64,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// Places that nobody has.
    pub left: u32,
    /// What each costs from so many places in one sale on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<StockGroup>,
    /// What each costs for a reason, by ascending number of the reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rates: Vec<StockRate>,
}

/// The price of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockGroup {
    /// From so many places on.
    pub from: u32,
    /// Of one place, with VAT.
    pub price_minor: i64,
}

/// A reduced rate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockRate {
    /// `student`, as `crate::fact::till::PriceReason` has it.
    pub reason: String,
    /// Of one place, with VAT.
    pub price_minor: i64,
}

impl StockType {
    /// What its places cost at a till, those that were leased at `unit`. A reason of a newer server is none here.
    pub fn rates(&self, unit: Money) -> Rates {
        let money = |minor| Money::new(minor, unit.currency);
        let group = self.group.map(|group| Group {
            from: group.from,
            unit: money(group.price_minor),
        });
        let reduced = self.rates.iter().filter_map(|rate| {
            let reason = PriceReason::from_code(&rate.reason)?;
            let is_reduced = PriceReason::REDUCED.contains(&reason);
            is_reduced.then(|| (reason, money(rate.price_minor)))
        });
        Rates {
            tariff: Tariff { unit, group },
            reduced: reduced.collect(),
        }
    }
}

/// A ticket that was signed ahead. It is as good as cash: the till seals it before it keeps it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockTicket {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its type.
    pub type_no: TypeNo,
    /// The letters of its number: those of the till that was lent it first.
    pub series: String,
    /// Its number in the series; missing = not known here any more, after a restore.
    pub number: Option<u64>,
    /// The leased price.
    pub price_minor: i64,
    /// 550 = 5.5 %.
    pub vat_basis_points: u32,
    /// The 80 bytes.
    #[serde(with = "base64_bytes")]
    pub token: [u8; TOKEN_BYTES],
}

impl std::fmt::Debug for StockTicket {
    /// Without the token: a log line must not be a ticket.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StockTicket")
            .field("ticket", &self.ticket)
            .field("type_no", &self.type_no)
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

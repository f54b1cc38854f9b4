//! What may be sold now: shows and their types, as the till's stock tells them.

use shared::ids::{EventId, TypeNo};
use shared::money::{Currency, Money};
use shared::price::{Group, Tariff};

use crate::station::view::ReducedReason;

/// A performance that this till sells for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    /// Which.
    pub event: EventId,
    /// Its title.
    pub title: String,
    /// When, worded for a key: "Ce soir 20 h".
    pub when: String,
    /// It plays today.
    pub today: bool,
    /// A test event: nothing is really sold.
    pub test: bool,
    /// What this till holds may be sold until then, worded; said when it is a day away or less.
    pub stock_until: Option<String>,
    /// Other tills that lent places of it, and how many.
    pub lent: Vec<(String, u32)>,
    /// Its types, in the organizer's order.
    pub offers: Vec<Offer>,
}

/// A type that may be sold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// Its number within the event.
    pub type_no: TypeNo,
    /// "Moins de 26 ans".
    pub name: String,
    /// What the guest has to show for this rate, if anything.
    pub proof: Option<String>,
    /// What one costs, VAT included: the leased price, where a lease holds it.
    pub price: Money,
    /// From so many places in one sale on, each costs this.
    pub group: Option<Group>,
    /// What one costs for a reason.
    pub reduced: Vec<(ReducedReason, Money)>,
    /// The rate of the VAT in it, in basis points.
    pub vat_bps: u16,
    /// What is left.
    pub left: Left,
}

impl Offer {
    /// What one costs for that reason, if there is such a rate.
    pub(super) fn at_rate(&self, reason: ReducedReason) -> Option<Money> {
        let mut rates = self.reduced.iter();
        rates.find(|(of, _)| *of == reason).map(|(_, price)| *price)
    }

    /// What it costs otherwise.
    pub(super) fn tariff(&self) -> Tariff {
        Tariff {
            unit: self.price,
            group: self
                .group
                .filter(|group| group.unit.minor < self.price.minor),
        }
    }
}

/// Places that may be sold here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Left {
    /// Of this till's own lease: they stay its own without a network.
    pub own: u32,
    /// Of what nobody holds; `None` without the server.
    pub common: Option<u32>,
}

impl Left {
    /// Both together.
    pub fn places(self) -> u32 {
        self.own.saturating_add(self.common.unwrap_or(0))
    }
}

/// In the order of the keys: today's first, each in the order of its time. What is in another currency is not this till's.
pub(super) fn in_order(mut shows: Vec<Show>, currency: Currency) -> Vec<Show> {
    for show in &mut shows {
        show.offers
            .retain(|offer| offer.price.currency == currency && offer.price.minor >= 0);
    }
    shows.sort_by_key(|show| !show.today);
    shows
}

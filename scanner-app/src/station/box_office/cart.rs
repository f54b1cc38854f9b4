//! What a guest wants. A cart that exists adds up: it is made anew with every change, or not changed at all.

use shared::ids::{EventId, FactId, TicketId, TypeNo};
use shared::money::{Currency, Money, MoneyError, vat_included};
use shared::price::Tariff;
use shared::till::promotion::FullPrice;
use shared::wire::latest::Promotion;

use super::offer::{Offer, Show};
use super::till::Reserved;
use crate::station::view::{FreeReason, ReducedReason};

/// Most lines of one sale, and most places: those of a sale's fact.
const MAX_LINES: usize = 40;
const MAX_PLACES: u32 = 400;

/// Why a place costs something else than its price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rate {
    /// Without charge.
    Free(FreeReason),
    /// A reduced rate, which the guest proves.
    Reduced(ReducedReason),
}

/// Some places of one type at one price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) event: EventId,
    pub(super) title: String,
    pub(super) type_no: TypeNo,
    pub(super) name: String,
    pub(super) proof: Option<String>,
    /// Why it costs something else than its price, if somebody said so.
    pub(super) rate: Option<Rate>,
    /// It costs what a group pays.
    pub(super) is_group: bool,
    /// Places that were reserved for the guest: they go first.
    reserved: Vec<TicketId>,
    tariff: Tariff,
    /// Of one, before a promo code.
    pub(super) unit: Money,
    pub(super) vat_bps: u16,
    pub(super) quantity: u32,
    pub(super) total: Money,
    /// With a promo code: how many at which price.
    promoted: Vec<(u32, Money)>,
}

impl Line {
    /// One place of a type, at its price or at another rate; `None`: there is no such rate.
    pub(super) fn one(show: &Show, offer: &Offer, rate: Option<Rate>) -> Option<Self> {
        let unit = match rate {
            Some(Rate::Free(_)) => Money::zero(offer.price.currency),
            Some(Rate::Reduced(reason)) => offer.at_rate(reason)?,
            None => offer.price,
        };
        Some(Self {
            event: show.event,
            title: show.title.clone(),
            type_no: offer.type_no,
            name: offer.name.clone(),
            proof: offer.proof.clone(),
            rate,
            is_group: false,
            reserved: Vec::new(),
            tariff: offer.tariff(),
            unit,
            vat_bps: offer.vat_bps,
            quantity: 1,
            total: unit,
            promoted: Vec::new(),
        })
    }

    /// One of the places that were reserved, at the price of the reservation.
    fn one_reserved(show: &Show, offer: &Offer, reserved: &Reserved) -> Self {
        let offer = Offer {
            price: reserved.price,
            vat_bps: reserved.vat_bps,
            ..offer.clone()
        };
        Self {
            event: show.event,
            title: show.title.clone(),
            type_no: offer.type_no,
            rate: None,
            is_group: false,
            reserved: reserved.tickets.clone(),
            tariff: offer.tariff(),
            unit: offer.price,
            vat_bps: offer.vat_bps,
            quantity: 1,
            total: offer.price,
            promoted: Vec::new(),
            name: offer.name,
            proof: offer.proof,
        }
    }

    /// Without charge, and why.
    pub(super) fn free(&self) -> Option<FreeReason> {
        match self.rate {
            Some(Rate::Free(reason)) => Some(reason),
            Some(Rate::Reduced(_)) | None => None,
        }
    }

    /// At a reduced rate, and why.
    pub(super) fn reduced(&self) -> Option<ReducedReason> {
        match self.rate {
            Some(Rate::Reduced(reason)) => Some(reason),
            Some(Rate::Free(_)) | None => None,
        }
    }

    /// At its price, or at a group's, where the cart has so many paid places of its type.
    fn among(mut self, paid: u32) -> Result<Self, MoneyError> {
        if self.rate.is_none() {
            self.unit = self.tariff.unit_for(paid);
            self.is_group = self.unit != self.tariff.unit;
        }
        let quantity = self.quantity;
        self.times(quantity)
    }

    fn times(self, quantity: u32) -> Result<Self, MoneyError> {
        let total = self.unit.times(quantity)?;
        Ok(Self {
            quantity,
            total,
            promoted: Vec::new(),
            ..self
        })
    }

    /// What a promo code takes off all of them, if it does.
    pub(super) fn off(&self) -> Option<Money> {
        let full = self.unit.times(self.quantity).ok()?;
        let off = full.minor - self.total.minor;
        (off > 0).then_some(Money::new(off, full.currency))
    }

    /// Sums of places at one price each: the VAT is rounded once for each, as in the sale.
    fn sums(&self) -> Vec<Money> {
        if self.promoted.is_empty() {
            return vec![self.total];
        }
        let promoted = self.promoted.iter();
        promoted
            // Below the total, which fitted.
            .map(|(places, unit)| unit.times(*places).unwrap_or(*unit))
            .collect()
    }

    fn is_like(&self, other: &Self) -> bool {
        let of = |line: &Self| (line.event, line.type_no, line.rate);
        let price = |line: &Self| match line.rate {
            Some(_) => line.unit,
            None => line.tariff.unit,
        };
        of(self) == of(other) && price(self) == price(other)
    }
}

/// No place can be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TooMany;

impl From<MoneyError> for TooMany {
    fn from(_: MoneyError) -> Self {
        Self
    }
}

/// Lines, and their sum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cart {
    lines: Vec<Line>,
    total: Money,
    /// Additions, the last one last, as the line's index: what [`Cart::undone`] takes back.
    added: Vec<usize>,
    /// Any other cart is made without it.
    code: Option<Code>,
}

/// A use of a promo code that makes a cart cheaper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Code {
    /// The fact that the till will write of it.
    pub(super) fact: FactId,
    pub(super) promotion: Promotion,
}

impl Cart {
    pub(super) fn empty(currency: Currency) -> Self {
        Self {
            lines: Vec::new(),
            total: Money::zero(currency),
            added: Vec::new(),
            code: None,
        }
    }

    fn of(lines: Vec<Line>, added: Vec<usize>, currency: Currency) -> Result<Self, TooMany> {
        let mut total = Money::zero(currency);
        let mut priced = Vec::with_capacity(lines.len());
        for line in &lines {
            let of_type = lines.iter().filter(|other| {
                (other.event, other.type_no) == (line.event, line.type_no) && other.free().is_none()
            });
            let paid = of_type.fold(0, |paid: u32, line| paid.saturating_add(line.quantity));
            let line = line.clone().among(paid)?;
            total = total.plus(line.total)?;
            priced.push(line);
        }
        let lines = priced;
        let cart = Self {
            lines,
            total,
            added,
            code: None,
        };
        if cart.lines.len() > MAX_LINES || cart.places() > MAX_PLACES {
            return Err(TooMany);
        }
        Ok(cart)
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(super) fn total(&self) -> Money {
        self.total
    }

    pub(super) fn code(&self) -> Option<&Code> {
        self.code.as_ref()
    }

    /// Places of an event that a promo code may take something off: those at their price, or at a group's.
    pub(super) fn reducible(&self, event: EventId) -> Vec<FullPrice> {
        let lines = self.lines.iter();
        lines
            .filter(|line| line.event == event && line.rate.is_none())
            .filter_map(|line| {
                Some(FullPrice {
                    type_no: line.type_no,
                    quantity: line.quantity,
                    unit_minor: u32::try_from(line.unit.minor).ok()?,
                })
            })
            .collect()
    }

    /// With a promo code, as the server answered; `None`: it answered for other places, or for more prices than a sale has lines.
    pub(super) fn promoted(&self, fact: FactId, promotion: Promotion) -> Option<Self> {
        let mut left = promotion.prices.clone();
        let mut cart = self.at_full_price().ok()?;
        for line in &mut cart.lines {
            if line.event != promotion.event || line.rate.is_some() {
                continue;
            }
            let mut places = line.quantity;
            for price in left.iter_mut().filter(|price| {
                (price.type_no, i64::from(price.full_minor)) == (line.type_no, line.unit.minor)
            }) {
                let taken = places.min(price.quantity);
                places -= taken;
                price.quantity -= taken;
                if taken > 0 {
                    let unit = Money::new(price.unit_minor.into(), line.unit.currency);
                    line.promoted.push((taken, unit));
                }
            }
            if places > 0 {
                return None;
            }
            let nothing = Money::zero(line.unit.currency);
            line.total = line
                .sums()
                .into_iter()
                .try_fold(nothing, Money::plus)
                .ok()?;
        }
        let mut sums = cart.lines.iter().map(|line| line.total);
        let nothing = Money::zero(cart.total.currency);
        cart.total = sums.try_fold(nothing, Money::plus).ok()?;
        let prices: usize = cart.lines.iter().map(|line| line.sums().len()).sum();
        let is_all = left.iter().all(|price| price.quantity == 0);
        cart.code = Some(Code { fact, promotion });
        (is_all && prices <= MAX_LINES).then_some(cart)
    }

    /// Without a code.
    pub(super) fn at_full_price(&self) -> Result<Self, TooMany> {
        Self::of(self.lines.clone(), self.added.clone(), self.total.currency)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn places(&self) -> u32 {
        let places = self.lines.iter().map(|line| line.quantity);
        places.fold(0, u32::saturating_add)
    }

    /// Places of this type, at whatever price.
    pub(super) fn of_type(&self, event: EventId, type_no: TypeNo) -> u32 {
        let lines = self.lines.iter();
        lines
            .filter(|line| (line.event, line.type_no) == (event, type_no))
            .fold(0, |places, line| places.saturating_add(line.quantity))
    }

    /// With one place more.
    pub(super) fn with(&self, one: Line) -> Result<Self, TooMany> {
        let (mut lines, mut added) = (self.lines.clone(), self.added.clone());
        let at = match lines.iter().position(|line| line.is_like(&one)) {
            Some(at) => {
                let line = lines.remove(at);
                let quantity = line.quantity.saturating_add(1);
                lines.insert(at, line.times(quantity)?);
                at
            }
            None => {
                lines.push(one);
                lines.len() - 1
            }
        };
        added.push(at);
        Self::of(lines, added, self.total.currency)
    }

    /// With all of the places that were reserved.
    pub(super) fn with_reserved(
        &self,
        show: &Show,
        offer: &Offer,
        reserved: &Reserved,
    ) -> Result<Self, TooMany> {
        let one = Line::one_reserved(show, offer, reserved);
        let mut cart = self.clone();
        for _ in &reserved.tickets {
            cart = cart.with(one.clone())?;
        }
        Ok(cart)
    }

    /// The places in it that were reserved for the guest.
    pub(super) fn reserved(&self) -> Vec<TicketId> {
        let lines = self.lines.iter();
        lines.flat_map(|line| line.reserved.clone()).collect()
    }

    /// With one place less of a line; the same cart if there is no such line.
    pub(super) fn without(&self, at: usize) -> Result<Self, TooMany> {
        let (mut lines, mut added) = (self.lines.clone(), self.added.clone());
        let Some(line) = lines.get(at).cloned() else {
            return Ok(self.clone());
        };
        if let Some(last) = added.iter().rposition(|line| *line == at) {
            added.remove(last);
        }
        if line.quantity > 1 {
            let quantity = line.quantity - 1;
            lines[at] = line.times(quantity)?;
        } else {
            lines.remove(at);
            added.retain(|line| *line != at);
            for line in &mut added {
                if *line > at {
                    *line -= 1;
                }
            }
        }
        Self::of(lines, added, self.total.currency)
    }

    /// With so many places of a line.
    pub(super) fn with_quantity(&self, at: usize, quantity: u32) -> Result<Self, TooMany> {
        let Some(line) = self.lines.get(at) else {
            return Ok(self.clone());
        };
        if quantity > MAX_PLACES {
            return Err(TooMany);
        }
        let one = line.clone().times(1)?;
        let before = line.quantity;
        let mut cart = self.clone();
        for _ in quantity..before {
            cart = cart.without(at)?;
        }
        for _ in before..quantity {
            cart = cart.with(one.clone())?;
        }
        Ok(cart)
    }

    /// Without what was added last.
    pub(super) fn undone(&self) -> Result<Self, TooMany> {
        match self.added.last() {
            Some(at) => self.without(*at),
            None => Ok(self.clone()),
        }
    }

    /// The line that was added to last.
    pub(super) fn last(&self) -> Option<&Line> {
        self.lines.get(*self.added.last()?)
    }

    /// The VAT in it by rate, ascending; rounded once a line.
    pub(super) fn vat(&self) -> Vec<(u16, Money)> {
        let mut rates: Vec<(u16, Money)> = Vec::new();
        for line in &self.lines {
            let sums = line.sums().into_iter();
            let vats = sums.map(|sum| vat_included(sum, line.vat_bps.into()));
            let vat = vats.fold(Money::zero(line.total.currency), |sum, vat| {
                // Below the total, which fitted.
                sum.plus(vat).unwrap_or(sum)
            });
            match rates.iter_mut().find(|(bps, _)| *bps == line.vat_bps) {
                // Below the total, which fitted.
                Some((_, sum)) => *sum = sum.plus(vat).unwrap_or(*sum),
                None => rates.push((line.vat_bps, vat)),
            }
        }
        rates.sort_by_key(|(bps, _)| *bps);
        rates
    }
}

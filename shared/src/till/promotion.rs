//! What a promo code takes off places at a till. The sum is the store's own ([`crate::price`]); a till's sale says what each ticket
//! costs, so it is cut into lines of one price each.

use serde::{Deserialize, Serialize};

use crate::fact::till::{PriceReason, SaleLine};
use crate::ids::{EventId, TypeNo};
use crate::money::{Currency, Money};
use crate::price::{Asked, PriceError, PricedLine, Reduction, Tariff, price};

/// Places of one type without a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FullPrice {
    /// Which type.
    pub type_no: TypeNo,
    /// How many places.
    pub quantity: u32,
    /// Of one, in minor units: the type's price, or a group's.
    pub unit_minor: u32,
}

/// Some of those with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReducedPrice {
    /// Which type.
    pub type_no: TypeNo,
    /// How many places.
    pub quantity: u32,
    /// Of one without the code, in minor units.
    pub full_minor: u32,
    /// Of one, in minor units.
    pub unit_minor: u32,
}

impl ReducedPrice {
    /// What the code takes off all of them, in minor units.
    pub fn off(&self) -> u64 {
        u64::from(self.full_minor.saturating_sub(self.unit_minor)) * u64::from(self.quantity)
    }
}

/// Whether a code takes something off a place that costs what it costs for this reason. It doesn't come on top of a reduced rate.
pub fn is_reducible(reason: PriceReason) -> bool {
    matches!(reason, PriceReason::Full | PriceReason::Group)
}

/// What these places of one event cost with the code, in their order: what the store would charge, to the cent. Those of one type
/// cost one price, or two that are a cent apart.
///
/// # Errors
/// Where the reduction does not apply, or the sum is too large.
pub fn reduce(
    currency: Currency,
    places: &[FullPrice],
    reduction: &Reduction,
) -> Result<Vec<ReducedPrice>, PriceError> {
    let asked: Vec<Asked> = places
        .iter()
        .map(|places| Asked {
            type_no: places.type_no,
            quantity: places.quantity,
            tariff: Tariff::single(Money::new(places.unit_minor.into(), currency)),
        })
        .collect();
    let priced = price(currency, &asked, Some(reduction))?;
    let mut reduced = Vec::new();
    for (places, line) in places.iter().zip(&priced.lines) {
        reduced.extend(of_line(places, line)?);
    }
    Ok(reduced)
}

fn of_line(places: &FullPrice, line: &PricedLine) -> Result<Vec<ReducedPrice>, PriceError> {
    let mut prices: Vec<ReducedPrice> = Vec::new();
    for place in line.places()? {
        // Between nothing and the full price, which has 32 bits.
        let unit_minor = place.minor as u32;
        match prices.last_mut() {
            Some(last) if last.unit_minor == unit_minor => last.quantity += 1,
            Some(_) | None => prices.push(ReducedPrice {
                type_no: places.type_no,
                quantity: 1,
                full_minor: places.unit_minor,
                unit_minor,
            }),
        }
    }
    Ok(prices)
}

/// A sale's lines with a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promoted {
    /// Those at a promotion's price have that reason.
    pub lines: Vec<SaleLine>,
    /// What the event's lines with that reason would cost without the code.
    pub full: u32,
    /// What it takes off them.
    pub off: u32,
}

/// What the code makes of a sale's lines. `None`: they are not the places, at the prices, that it was asked for.
pub fn promote(event: EventId, prices: &[ReducedPrice], lines: Vec<SaleLine>) -> Option<Promoted> {
    let mut left = prices.to_vec();
    let (mut promoted, mut full, mut off) = (Vec::with_capacity(lines.len()), 0, 0);
    for line in lines {
        if line.event != event || !is_reducible(line.reason) {
            if line.event == event && line.reason == PriceReason::Promotion {
                full += u64::from(line.unit) * line.tickets.len() as u64;
            }
            promoted.push(line);
            continue;
        }
        let mut rest = &line.tickets[..];
        let is_its = |price: &&mut ReducedPrice| {
            (price.type_no, price.full_minor) == (line.type_no, line.unit)
        };
        for price in left.iter_mut().filter(is_its) {
            let places = rest.len().min(price.quantity as usize);
            if places == 0 {
                continue;
            }
            let tickets;
            (tickets, rest) = rest.split_at(places);
            price.quantity -= places as u32;
            let is_reduced = price.unit_minor < price.full_minor;
            if is_reduced {
                full += u64::from(price.full_minor) * places as u64;
                off += u64::from(price.full_minor - price.unit_minor) * places as u64;
            }
            promoted.push(SaleLine {
                unit: price.unit_minor,
                reason: if is_reduced {
                    PriceReason::Promotion
                } else {
                    line.reason
                },
                tickets: tickets.to_vec(),
                ..line.clone()
            });
        }
        if !rest.is_empty() {
            return None;
        }
    }
    let is_all = left.iter().all(|price| price.quantity == 0);
    Some(Promoted {
        lines: promoted,
        full: u32::try_from(full).ok()?,
        off: u32::try_from(off).ok().filter(|off| is_all && *off > 0)?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ids::TicketId;
    use crate::price::{BasisPoints, Group, Off};

    fn percent(points: u32) -> Reduction {
        Reduction {
            off: Off::Percent(BasisPoints::new(points).expect("a part")),
            types: [].into(),
            minimum: None,
        }
    }

    fn amount(minor: i64) -> Reduction {
        Reduction {
            off: Off::Amount(Money::new(minor, Currency::Eur)),
            ..percent(1)
        }
    }

    fn places(of: &[(u16, u32, u32)]) -> Vec<FullPrice> {
        let one = |&(no, quantity, unit_minor): &(u16, u32, u32)| FullPrice {
            type_no: TypeNo(no),
            quantity,
            unit_minor,
        };
        of.iter().map(one).collect()
    }

    /// Type, places, price of one.
    fn reduced(of: &[(u16, u32, u32)], reduction: &Reduction) -> Vec<(u16, u32, u32)> {
        let prices = reduce(Currency::Eur, &places(of), reduction).expect("it applies");
        let told = prices.iter();
        told.map(|price| (price.type_no.0, price.quantity, price.unit_minor))
            .collect()
    }

    fn event() -> EventId {
        EventId::from_bytes([2; 16])
    }

    fn sale_line(
        no: u16,
        unit: u32,
        reason: PriceReason,
        tickets: std::ops::Range<u64>,
    ) -> SaleLine {
        SaleLine {
            event: event(),
            type_no: TypeNo(no),
            unit,
            vat_bps: 550,
            reason,
            tickets: tickets.map(TicketId).collect(),
        }
    }

    #[test]
    fn a_percentage_is_one_price_and_an_amount_that_does_not_divide_two() {
        assert_eq!(reduced(&[(1, 2, 3_400)], &percent(2_000)), [(1, 2, 2_720)]);
        // Ten euros off three places: 10, 10 and 10 less 3.33, 3.33 and 3.34.
        assert_eq!(
            reduced(&[(1, 3, 1_000)], &amount(1_000)),
            [(1, 2, 667), (1, 1, 666)]
        );
    }

    #[test]
    fn what_a_code_is_not_for_costs_what_it_costs() {
        let of_two = Reduction {
            types: [TypeNo(2)].into(),
            ..percent(5_000)
        };
        assert_eq!(
            reduced(&[(1, 1, 3_400), (2, 1, 2_000)], &of_two),
            [(1, 1, 3_400), (2, 1, 1_000)]
        );
        let none = reduce(Currency::Eur, &places(&[(1, 1, 3_400)]), &of_two);
        assert_eq!(none, Err(PriceError::OtherTypes));
    }

    #[test]
    fn a_sale_has_the_answered_prices_and_says_what_was_taken_off() {
        let prices = reduce(Currency::Eur, &places(&[(1, 3, 1_000)]), &amount(1_000));
        let prices = prices.expect("it applies");
        let other = EventId::from_bytes([3; 16]);
        let lines = vec![
            sale_line(1, 1_000, PriceReason::Full, 1..4),
            sale_line(1, 700, PriceReason::Student, 4..5),
            sale_line(1, 600, PriceReason::Promotion, 5..6),
            SaleLine {
                event: other,
                ..sale_line(1, 1_000, PriceReason::Full, 6..7)
            },
        ];
        let promoted = promote(event(), &prices, lines.clone()).expect("those places");
        // The rate that the organizer states for a promotion is a promotion's price, too.
        assert_eq!((promoted.full, promoted.off), (3_600, 1_000));
        let told: Vec<_> = promoted
            .lines
            .iter()
            .map(|line| (line.unit, line.reason, line.tickets.len()))
            .collect();
        assert_eq!(
            told,
            [
                (667, PriceReason::Promotion, 2),
                (666, PriceReason::Promotion, 1),
                (700, PriceReason::Student, 1),
                (600, PriceReason::Promotion, 1),
                (1_000, PriceReason::Full, 1),
            ]
        );
        for (changed, why) in [
            (sale_line(1, 1_000, PriceReason::Full, 1..3), "one less"),
            (sale_line(1, 1_000, PriceReason::Full, 1..5), "one more"),
            (sale_line(1, 1_100, PriceReason::Full, 1..4), "dearer"),
            (sale_line(2, 1_000, PriceReason::Full, 1..4), "another type"),
            (sale_line(1, 1_000, PriceReason::Youth, 1..4), "at a rate"),
        ] {
            assert_eq!(promote(event(), &prices, vec![changed]), None, "{why}");
        }
    }

    fn reduction() -> impl Strategy<Value = Reduction> {
        let off = prop_oneof![
            (1_u32..=10_000)
                .prop_map(|points| Off::Percent(BasisPoints::new(points).expect("a part"))),
            (0_i64..200_000).prop_map(|minor| Off::Amount(Money::new(minor, Currency::Eur))),
        ];
        let types = proptest::collection::btree_set((1_u16..5).prop_map(TypeNo), 0..3);
        let minimum = proptest::option::of(0_i64..50_000);
        (off, types, minimum).prop_map(|(off, types, minimum)| Reduction {
            off,
            types,
            minimum: minimum.map(|minor| Money::new(minor, Currency::Eur)),
        })
    }

    proptest! {
        /// A till that states the price of a place, a group's too, charges to the cent what the store does, whatever the code.
        #[test]
        fn a_till_charges_what_the_store_charges(
            lines in proptest::collection::btree_map(1_u16..5, (1_u32..12, 0_u32..20_000), 1..5),
            group in proptest::option::of((2_u32..8, 1_u32..5_000)),
            reduction in reduction(),
        ) {
            let asked: Vec<Asked> = lines.iter().map(|(no, (quantity, unit))| {
                let unit = Money::new((*unit).into(), Currency::Eur);
                let group = group.map(|(from, less)| Group {
                    from,
                    unit: Money::new((unit.minor - i64::from(less)).max(0), Currency::Eur),
                });
                Asked { type_no: TypeNo(*no), quantity: *quantity, tariff: Tariff { unit, group } }
            }).collect();
            let at_till: Vec<FullPrice> = asked.iter().map(|line| FullPrice {
                type_no: line.type_no,
                quantity: line.quantity,
                unit_minor: line.tariff.unit_for(line.quantity).minor as u32,
            }).collect();
            let store = price(Currency::Eur, &asked, Some(&reduction));
            let till = reduce(Currency::Eur, &at_till, &reduction);
            let (store, till) = match (store, till) {
                (Ok(store), Ok(till)) => (store, till),
                (store, till) => {
                    prop_assert_eq!(store.err(), till.err());
                    return Ok(());
                }
            };
            let off: u64 = till.iter().map(ReducedPrice::off).sum();
            prop_assert_eq!(off as i64, store.discount.minor);
            for line in &store.lines {
                let of_type = till.iter().filter(|price| price.type_no == line.type_no);
                let (mut places, mut total) = (Vec::new(), 0);
                for price in of_type {
                    total += i64::from(price.quantity) * i64::from(price.unit_minor);
                    places.push(price.unit_minor);
                }
                prop_assert_eq!(total, line.total().expect("small").minor);
                prop_assert!(places.len() <= 2 && places.windows(2).all(|pair| pair[0] == pair[1] + 1), "{places:?}");
            }
            // As a sale it is the same sum, and adds up.
            let mut first = 1;
            let sale = at_till.iter().map(|places| {
                let tickets = first..first + u64::from(places.quantity);
                first = tickets.end;
                sale_line(places.type_no.0, places.unit_minor, PriceReason::Full, tickets)
            }).collect();
            let Some(promoted) = promote(event(), &till, sale) else {
                prop_assert_eq!(off, 0, "a code that takes nothing off is none");
                return Ok(());
            };
            let price = |line: &SaleLine| u64::from(line.unit) * line.tickets.len() as u64;
            let total: u64 = promoted.lines.iter().map(price).sum();
            prop_assert_eq!(total as i64, store.total.minor);
            let at_promotion = promoted.lines.iter().filter(|line| line.reason == PriceReason::Promotion);
            let costs: u64 = at_promotion.map(price).sum();
            prop_assert_eq!(costs, u64::from(promoted.full - promoted.off));
            prop_assert_eq!(u64::from(promoted.off), off);
        }
    }
}

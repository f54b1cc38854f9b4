//! What a place costs at a till: its own price, that of a group, a reduced rate, or nothing.

use crate::fact::till::PriceReason;
use crate::money::Money;
use crate::price::Tariff;

/// What a type says of its prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// As in the store.
    pub tariff: Tariff,
    /// Each reason for a reduced rate once, and what a place costs then.
    pub reduced: Vec<(PriceReason, Money)>,
}

impl Rates {
    /// What one place costs for this reason, in a cart with so many places of the type that are paid, and for which reason it costs
    /// that: a group's price applies by itself where it is lower. `None`: the organizer has no such rate.
    pub fn unit(&self, reason: PriceReason, places: u32) -> Option<(PriceReason, Money)> {
        let full = self.tariff.unit;
        let group = self.tariff.unit_for(places);
        match reason {
            PriceReason::Full if group.minor < full.minor => Some((PriceReason::Group, group)),
            PriceReason::Full => Some((reason, full)),
            PriceReason::Group => {
                let from = self.tariff.group.map(|group| group.from);
                from.filter(|from| places >= *from).map(|_| (reason, group))
            }
            reason if reason.is_free() => Some((reason, Money::zero(full.currency))),
            reason => {
                let mut rates = self.reduced.iter();
                let (_, rate) = rates.find(|(of, _)| *of == reason)?;
                // A lease may hold a price that was lowered since: nobody pays more for a reduction.
                let least = if rate.minor < full.minor { *rate } else { full };
                Some((reason, least))
            }
        }
    }
}

impl PriceReason {
    /// Those that an organizer may state a reduced rate for. A group's price is stated with the type.
    pub const REDUCED: [Self; 8] = [
        Self::Youth,
        Self::Student,
        Self::Senior,
        Self::JobSeeker,
        Self::Disabled,
        Self::Subscriber,
        Self::Staff,
        Self::Promotion,
    ];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::price::Group;

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::Eur)
    }

    fn rates() -> Rates {
        Rates {
            tariff: Tariff {
                unit: euros(3_400),
                group: Some(Group {
                    from: 10,
                    unit: euros(2_800),
                }),
            },
            reduced: vec![(PriceReason::Student, euros(2_400))],
        }
    }

    #[test]
    fn a_group_pays_its_price_by_itself_and_a_student_the_students() {
        let unit = |reason, places| rates().unit(reason, places);
        assert_eq!(
            unit(PriceReason::Full, 9),
            Some((PriceReason::Full, euros(3_400)))
        );
        assert_eq!(
            unit(PriceReason::Full, 10),
            Some((PriceReason::Group, euros(2_800)))
        );
        assert_eq!(unit(PriceReason::Group, 9), None);
        assert_eq!(
            unit(PriceReason::Group, 10),
            Some((PriceReason::Group, euros(2_800)))
        );
        assert_eq!(
            unit(PriceReason::Student, 10),
            Some((PriceReason::Student, euros(2_400)))
        );
        assert_eq!(unit(PriceReason::Senior, 1), None, "no such rate here");
        assert_eq!(
            unit(PriceReason::Press, 1),
            Some((PriceReason::Press, euros(0)))
        );
    }

    #[test]
    fn nobody_pays_more_for_a_reduction() {
        let mut cheap = rates();
        cheap.tariff.unit = euros(2_000);
        assert_eq!(
            cheap.unit(PriceReason::Student, 1),
            Some((PriceReason::Student, euros(2_000)))
        );
        assert_eq!(
            cheap.unit(PriceReason::Full, 10),
            Some((PriceReason::Full, euros(2_000)))
        );
    }
}

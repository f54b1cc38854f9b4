//! What an event took, as the statement of takings says it (CGI annexe IV, art. 50 sexies H): for each kind of ticket the
//! first and the last number, how many, the price, the sum. Pure.

use std::collections::BTreeMap;

use shared::money::{Currency, Money, MoneyError, vat_included};

/// Before the doors opened, or from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    Presale,
    Doors,
}

/// Tickets of one type and price, sold through one channel on the same side of the doors' opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Issued {
    pub(super) type_name: String,
    /// The letters of their numbers: W = online.
    pub(super) channel: String,
    pub(super) moment: Moment,
    /// Of one, with VAT.
    pub(super) price: Money,
    pub(super) vat_basis_points: u32,
    /// Their lowest number.
    pub(super) first: i64,
    /// Their highest.
    pub(super) last: i64,
    /// All that were ever given a number.
    pub(super) count: u32,
    /// Of these, those that were taken back; they keep their numbers.
    pub(super) cancelled: u32,
}

/// What the ledger says of the same event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ledger {
    /// What came.
    pub(super) sold: Money,
    /// What went back; not below zero.
    pub(super) refunded: Money,
}

/// A line: what was issued, and what it comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) issued: Issued,
    /// Those that were not taken back.
    pub(super) valid: u32,
    pub(super) total: Money,
}

/// Takings at one rate of VAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rate {
    pub(super) basis_points: u32,
    pub(super) total: Money,
    pub(super) vat: Money,
}

impl Rate {
    /// Without the VAT.
    pub(super) fn net(&self) -> Money {
        Money::new(self.total.minor - self.vat.minor, self.total.currency)
    }
}

/// How many tickets, and what they come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) tickets: u32,
    pub(super) total: Money,
}

/// The statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Statement {
    pub(super) lines: Vec<Line>,
    /// Tickets that were not taken back.
    pub(super) valid: Sum,
    /// Of these, those without charge.
    pub(super) free: u32,
    pub(super) presale: Sum,
    pub(super) doors: Sum,
    pub(super) cancelled: Sum,
    /// By rate, lowest first.
    pub(super) rates: Vec<Rate>,
    /// Of cancelled tickets' money, what did not go back; below zero where more did.
    pub(super) retained: Money,
    /// What came and stayed.
    pub(super) takings: Money,
    /// What the tickets cost and what the ledger says came differ by this: zero, or something is on its way.
    pub(super) difference: Money,
}

impl Statement {
    /// Of these tickets, in this order.
    pub(super) fn of(
        issued: Vec<Issued>,
        ledger: Ledger,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        let nothing = Sum {
            tickets: 0,
            total: Money::zero(currency),
        };
        let (mut presale, mut doors, mut cancelled) = (nothing, nothing, nothing);
        let mut rates: BTreeMap<u32, Money> = BTreeMap::new();
        let mut free = 0;
        let mut lines = Vec::with_capacity(issued.len());
        for issued in issued {
            let valid = issued.count.saturating_sub(issued.cancelled);
            let total = issued.price.times(valid)?;
            let side = match issued.moment {
                Moment::Presale => &mut presale,
                Moment::Doors => &mut doors,
            };
            side.add(valid, total)?;
            cancelled.add(issued.cancelled, issued.price.times(issued.cancelled)?)?;
            if issued.price.minor == 0 {
                free += valid;
            }
            let rate = rates
                .entry(issued.vat_basis_points)
                .or_insert(nothing.total);
            *rate = rate.plus(total)?;
            lines.push(Line {
                issued,
                valid,
                total,
            });
        }
        let mut valid = presale;
        valid.add(doors.tickets, doors.total)?;
        let all = valid.total.plus(cancelled.total)?;
        Ok(Self {
            lines,
            valid,
            free,
            presale,
            doors,
            cancelled,
            rates: rates
                .into_iter()
                .map(|(basis_points, total)| Rate {
                    basis_points,
                    total,
                    vat: vat_included(total, basis_points),
                })
                .collect(),
            retained: less(cancelled.total, ledger.refunded)?,
            takings: less(ledger.sold, ledger.refunded)?,
            difference: less(ledger.sold, all)?,
        })
    }

    /// What the CNM's tax is reckoned from: the takings of the tickets without their VAT.
    pub(super) fn net(&self) -> Money {
        let vat: i64 = self.rates.iter().map(|rate| rate.vat.minor).sum();
        Money::new(self.valid.total.minor - vat, self.valid.total.currency)
    }
}

impl Sum {
    fn add(&mut self, tickets: u32, total: Money) -> Result<(), MoneyError> {
        self.tickets = self.tickets.saturating_add(tickets);
        self.total = self.total.plus(total)?;
        Ok(())
    }
}

fn less(from: Money, money: Money) -> Result<Money, MoneyError> {
    from.plus(Money::new(-money.minor, money.currency))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euros(minor: i64) -> Money {
        Money::new(minor, Currency::Eur)
    }

    fn issued(price: i64, count: u32, cancelled: u32, moment: Moment) -> Issued {
        Issued {
            type_name: "Plein tarif".to_owned(),
            channel: "W".to_owned(),
            moment,
            price: euros(price),
            vat_basis_points: if price == 0 { 0 } else { 550 },
            first: 1,
            last: count.into(),
            count,
            cancelled,
        }
    }

    fn statement(issued: Vec<Issued>, sold: i64, refunded: i64) -> Statement {
        let ledger = Ledger {
            sold: euros(sold),
            refunded: euros(refunded),
        };
        Statement::of(issued, ledger, Currency::Eur).unwrap()
    }

    #[test]
    fn presale_and_doors_add_up_to_what_is_valid_and_cancelled_tickets_count_apart() {
        let all = vec![
            issued(3_400, 10, 2, Moment::Presale),
            issued(2_000, 3, 0, Moment::Doors),
            issued(0, 4, 1, Moment::Doors),
        ];
        let seen = statement(all, 40_000, 6_800);
        assert_eq!(
            (seen.presale.tickets, seen.presale.total),
            (8, euros(27_200))
        );
        assert_eq!((seen.doors.tickets, seen.doors.total), (6, euros(6_000)));
        assert_eq!((seen.valid.tickets, seen.valid.total), (14, euros(33_200)));
        assert_eq!(
            (seen.cancelled.tickets, seen.cancelled.total),
            (3, euros(6_800))
        );
        assert_eq!(seen.free, 3);
        assert_eq!(seen.takings, euros(33_200));
        assert_eq!((seen.retained, seen.difference), (euros(0), euros(0)));
    }

    #[test]
    fn vat_is_taken_out_of_the_whole_of_a_rate_and_rounded_once() {
        let seen = statement(vec![issued(3_333, 3, 0, Moment::Presale)], 9_999, 0);
        let vat = vat_included(euros(9_999), 550);
        assert_eq!(seen.rates[0].vat, vat);
        assert_eq!(seen.rates[0].net().minor + vat.minor, 9_999);
        assert_eq!(seen.net(), seen.rates[0].net());
    }

    #[test]
    fn a_fee_kept_on_a_refund_is_told_and_part_of_the_takings() {
        let seen = statement(vec![issued(3_000, 2, 1, Moment::Presale)], 6_000, 2_800);
        assert_eq!(seen.retained, euros(200));
        assert_eq!(seen.takings, euros(3_200));
        assert_eq!(seen.valid.total, euros(3_000));
    }

    #[test]
    fn a_ledger_that_knows_other_money_than_the_tickets_is_told_of() {
        let seen = statement(vec![issued(3_000, 2, 0, Moment::Presale)], 9_000, 0);
        assert_eq!(seen.difference, euros(3_000));
    }
}

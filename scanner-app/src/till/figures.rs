//! What an open shift came to, told in more detail than a closing states: read from its facts, and nowhere kept.

use std::collections::BTreeMap;

use rusqlite::Connection;
use shared::clock::UnixMillis;
use shared::fact::FactBody;
use shared::fact::kind::Fact;
use shared::fact::till::{Means, TillFact, Totals};
use shared::money::Currency;

use super::{Till, TillError};
use crate::replica::{events, stock as kept, till as journal};

/// Numbers of tickets without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// The series' letters.
    pub series: String,
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// An open shift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShiftFigures {
    /// Of every amount.
    pub currency: Currency,
    /// When it began.
    pub opened_ms: UnixMillis,
    /// What lay in the drawer then.
    pub float: u64,
    /// What was taken since.
    pub totals: Totals,
    /// How many payments came in, by means.
    pub payments: BTreeMap<Means, u32>,
    /// Tickets sold without charge.
    pub free: u32,
    /// The sold tickets' numbers.
    pub numbers: Vec<Numbers>,
    /// Facts of this till that the server has not acknowledged.
    pub unsent: u64,
}

impl Till {
    /// How the open shift stands. Nothing of it says what should be in the drawer.
    pub fn shift_figures(&self) -> Result<ShiftFigures, TillError> {
        let seen = self.look(|connection, books| {
            let shift = books.book().shift().ok_or(TillError::NoShift)?;
            let begins = |fact: &Fact| {
                matches!(
                    fact.body,
                    FactBody::Till(TillFact::ShiftOpened { .. } | TillFact::JournalOpened(_))
                )
            };
            let facts = journal::facts_since(connection, books.journal(), begins)?;
            let mut figures = ShiftFigures {
                currency: books.book().opening().currency,
                opened_ms: shift.opened_ms,
                float: shift.float,
                totals: shift.totals.clone(),
                payments: BTreeMap::new(),
                free: 0,
                numbers: Vec::new(),
                unsent: journal::unsent_count(connection)?,
            };
            figures.read(connection, &facts)?;
            Ok(figures)
        })?;
        seen.ok_or(TillError::NoShift)
    }
}

impl ShiftFigures {
    fn read(&mut self, connection: &Connection, facts: &[Fact]) -> Result<(), TillError> {
        let mut numbers = Vec::new();
        for fact in facts {
            match &fact.body {
                FactBody::Till(TillFact::Sale { lines, .. }) => {
                    for line in lines {
                        if line.unit == 0 {
                            self.free += line.tickets.len() as u32;
                        }
                        let Some(no) = events::number(connection, line.event)? else {
                            continue;
                        };
                        for &ticket in &line.tickets {
                            let here = kept::get(connection, no, ticket)?;
                            numbers.extend(here.map(|here| (here.series, here.number)));
                        }
                    }
                }
                FactBody::Till(TillFact::Payment { by, .. }) if by.counts() => {
                    *self.payments.entry(by.means()).or_default() += 1;
                }
                _other => {}
            }
        }
        self.numbers = without_gaps(numbers);
        Ok(())
    }
}

fn without_gaps(mut numbers: Vec<(String, u64)>) -> Vec<Numbers> {
    numbers.sort_unstable();
    let mut ranges: Vec<Numbers> = Vec::new();
    for (series, number) in numbers {
        match ranges.last_mut() {
            Some(range) if range.series == series && number <= range.last.saturating_add(1) => {
                range.last = number;
            }
            Some(_) | None => ranges.push(Numbers {
                series,
                first: number,
                last: number,
            }),
        }
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_as_ranges_and_a_gap_begins_another() {
        let of = |numbers: &[(&str, u64)]| {
            let numbers = numbers.iter().map(|(series, no)| ((*series).into(), *no));
            let told = without_gaps(numbers.collect()).into_iter();
            told.map(|range| format!("{}{}-{}", range.series, range.first, range.last))
                .collect::<Vec<_>>()
        };
        let told = of(&[("B", 3), ("A", 7), ("B", 1), ("B", 2), ("B", 5), ("AB", 6)]);
        assert_eq!(told, ["A7-7", "AB6-6", "B1-3", "B5-5"]);
        assert_eq!(of(&[]), Vec::<String>::new());
    }
}

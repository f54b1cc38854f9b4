//! Closings: what they must say, and when they are due. A closing states totals so that a reader can check them; the totals
//! themselves come from the facts.

use crate::clock::UnixMillis;
use crate::fact::till::{PeriodClosing, TillFact};

#[cfg(test)]
use super::planted::{self, Bug};
use super::{Balance, Broken, Running, kind_of, next};
use crate::till::Calendar;

impl Balance {
    /// The Z that closes the open shift, right after the drawer was counted; `None` while it wasn't.
    pub fn z(&self) -> Option<TillFact> {
        let (shift, counted) = (self.shift.as_ref()?, self.counted?);
        let expected = shift.expected();
        Some(TillFact::ShiftClosed {
            z: self.counters.z.saturating_add(1),
            totals: shift.totals.clone(),
            expected,
            difference: i64::try_from(counted).ok()?.checked_sub(expected)?,
            perpetual: self.counters.perpetual,
        })
    }

    /// The next closing to be written before anything that happens at `at_ms`: days before months before years. Ask again once it is
    /// written.
    pub fn due(&self, calendar: &Calendar, at_ms: UnixMillis) -> Option<PeriodClosing> {
        let mut kinds = self.running.iter().enumerate();
        kinds.find_map(|(kind, running)| {
            let (first_ms, _) = running.counted?;
            let period = calendar.periods(first_ms)[kind];
            let (from_ms, until_ms) = calendar.bounds(period);
            (at_ms >= until_ms).then(|| PeriodClosing {
                period,
                from_ms,
                until_ms,
                totals: running.totals.clone(),
                perpetual: self.counters.perpetual,
            })
        })
    }

    pub(super) fn close_shift(
        &mut self,
        closed: &TillFact,
        counted: Option<u64>,
    ) -> Result<(), Broken> {
        let shift = self.shift.take().ok_or(Broken::NoShift)?;
        let TillFact::ShiftClosed {
            z,
            totals,
            expected,
            difference,
            perpetual,
        } = closed
        else {
            return Err(Broken::NotATills);
        };
        let counted = counted.ok_or(Broken::NotCounted)?;
        next(&mut self.counters.z, *z)?;
        if *totals != shift.totals && !believes_totals() {
            return Err(Broken::Totals);
        }
        if *perpetual != self.counters.perpetual {
            return Err(Broken::Perpetual);
        }
        let should_be = shift.expected();
        if *expected != should_be {
            return Err(Broken::Expected {
                expected: should_be,
            });
        }
        let counted = i64::try_from(counted).map_err(|_| Broken::TooLarge)?;
        let is_off_by = counted.checked_sub(should_be).ok_or(Broken::TooLarge)?;
        if *difference != is_off_by {
            return Err(Broken::Difference {
                difference: is_off_by,
            });
        }
        #[cfg(test)]
        if planted::is(Bug::PerpetualReset) {
            self.counters.perpetual.sold = 0;
        }
        Ok(())
    }

    pub(super) fn close_period(
        &mut self,
        closing: &PeriodClosing,
        at_ms: UnixMillis,
    ) -> Result<(), Broken> {
        let kind = kind_of(closing.period);
        let running = &self.running[kind];
        let holds_its_facts = running.counted.is_none_or(|(first_ms, last_ms)| {
            closing.from_ms <= first_ms && last_ms < closing.until_ms
        });
        let follows = running.closed_until_ms <= closing.from_ms;
        if !holds_its_facts || !follows || at_ms < closing.until_ms {
            return Err(Broken::Bounds);
        }
        let is_open = |shorter: &Running| {
            let first = shorter.counted.map(|(first_ms, _)| first_ms);
            first.is_some_and(|first_ms| first_ms < closing.until_ms)
        };
        if self.running[..kind].iter().any(is_open) {
            return Err(Broken::ShorterOpen);
        }
        if closing.totals != running.totals && !believes_totals() {
            return Err(Broken::Totals);
        }
        if closing.perpetual != self.counters.perpetual {
            return Err(Broken::Perpetual);
        }
        self.running[kind] = Running {
            closed_until_ms: closing.until_ms,
            ..Running::default()
        };
        let closed = &mut self.counters.closed_until_ms;
        *closed = (*closed).max(closing.until_ms);
        Ok(())
    }
}

fn believes_totals() -> bool {
    #[cfg(test)]
    if planted::is(Bug::TotalsBelieved) {
        return true;
    }
    false
}

//! Closings: shifts, days, months and years.

use jiff::civil::date;

use super::found::assert_found;
use super::*;
use crate::fact::till::{Period, PeriodClosing};
use crate::till::planted::Bug;

fn closings(till: &Till) -> Vec<Period> {
    let closings = till.facts.iter().filter_map(|fact| match &fact.body {
        FactBody::Till(TillFact::PeriodClosed(closing)) => Some(closing.period),
        _other => None,
    });
    closings.collect()
}

fn one_sale() -> Till {
    let mut till = Till::new();
    till.open_shift(20);
    till.sell(&[(2200, 550, 2)], 5_000, false);
    till
}

/// What a closing due at that time would be, changed.
fn changed(till: &mut Till, change: impl FnOnce(&mut PeriodClosing)) -> Result<SaleId, Broken> {
    let mut closing = till.book.due(&calendar(), till.now_ms).expect("due");
    change(&mut closing);
    till.append(TillFact::PeriodClosed(closing))
}

#[test]
fn a_day_is_closed_before_the_next_days_first_sale_and_a_year_after_its_last_month() {
    let mut till = one_sale();
    till.now_ms = EVENING + 5 * HOUR;
    till.sell(&[(2200, 550, 1)], 5_000, false);
    assert_eq!(
        closings(&till),
        [],
        "half past midnight is the same evening"
    );
    till.now_ms = EVENING + 24 * HOUR;
    till.sell(&[(2200, 550, 1)], 5_000, false);
    assert_eq!(closings(&till), [Period::Day(date(2026, 11, 28))]);
    till.now_ms = EVENING + 40 * 24 * HOUR;
    till.sell(&[(2200, 550, 1)], 5_000, false);
    let (year, month) = (2026, 11);
    assert_eq!(
        closings(&till)[1..],
        [
            Period::Day(date(2026, 11, 29)),
            Period::Month { year, month },
            Period::Year(2026),
        ]
    );
    let totals = &till.book.shift().expect("open over all of it").totals;
    assert_eq!((totals.sales, totals.sold()), (4, 5 * 2200));
}

#[test]
fn nothing_enters_a_closed_period() {
    let mut till = one_sale();
    till.now_ms = EVENING + 24 * HOUR;
    till.train(100);
    assert_eq!(closings(&till).len(), 1);
    till.now_ms = EVENING + HOUR;
    let sale = TillFact::Sale {
        receipt: 2,
        lines: vec![SaleLine {
            event: EventId::from_bytes([2; 16]),
            type_no: TypeNo(1),
            unit: 0,
            vat_bps: 550,
            reason: PriceReason::Guest,
            tickets: vec![TicketId(99)],
        }],
    };
    assert_eq!(till.append(sale), Err(Broken::ClosedPeriod));
}

#[test]
fn a_closing_holds_all_of_its_facts_and_comes_once_and_after_the_end() {
    let mut till = one_sale();
    let day = calendar().bounds(Period::Day(date(2026, 11, 28)));
    till.now_ms = day.1;
    let broken = |till: &mut Till, change: fn(&mut PeriodClosing)| changed(till, change);
    let hour_later = |closing: &mut PeriodClosing| closing.from_ms += 15 * HOUR;
    assert_eq!(broken(&mut till, hour_later), Err(Broken::Bounds));
    let not_over = |closing: &mut PeriodClosing| closing.until_ms += HOUR;
    assert_eq!(broken(&mut till, not_over), Err(Broken::Bounds));
    let cut_off = |closing: &mut PeriodClosing| closing.until_ms -= 12 * HOUR;
    assert_eq!(broken(&mut till, cut_off), Err(Broken::Bounds));
    let month = |closing: &mut PeriodClosing| {
        closing.period = Period::Month {
            year: 2026,
            month: 11,
        };
    };
    assert_eq!(broken(&mut till, month), Err(Broken::ShorterOpen));
    broken(&mut till, |_| {}).expect("as it is due");
    let again = TillFact::PeriodClosed(PeriodClosing {
        period: Period::Day(date(2026, 11, 28)),
        from_ms: day.0,
        until_ms: day.1,
        totals: Default::default(),
        perpetual: till.book.counters().perpetual,
    });
    assert_eq!(till.append(again), Err(Broken::Bounds));
}

#[test]
fn a_closing_that_says_other_totals_than_its_facts_is_found() {
    let mut till = one_sale();
    till.now_ms = EVENING + 24 * HOUR;
    let more_sold = |closing: &mut PeriodClosing| closing.totals.rates[0].sold += 1;
    assert_eq!(changed(&mut till, more_sold), Err(Broken::Totals));
    let less_vat = |closing: &mut PeriodClosing| closing.totals.rates[0].sold_vat -= 1;
    assert_eq!(changed(&mut till, less_vat), Err(Broken::Totals));
    let less_ever = |closing: &mut PeriodClosing| closing.perpetual.sold -= 1;
    assert_eq!(changed(&mut till, less_ever), Err(Broken::Perpetual));
}

#[test]
fn a_shift_is_closed_by_a_count_right_before_and_says_the_difference() {
    let mut till = one_sale();
    let count = vec![Pieces {
        value: 100,
        count: 63,
    }];
    till.write(TillFact::DrawerCounted {
        count: count.clone(),
    })
    .expect("counted");
    let z = till.book.z().expect("counted");
    let TillFact::ShiftClosed {
        expected,
        difference,
        ..
    } = z
    else {
        panic!("a Z")
    };
    assert_eq!((expected, difference), (2_000 + 4_400, -100));
    let mut later = Till::new();
    later.book = till.book.clone();
    till.train(1);
    assert_eq!(till.append(z.clone()), Err(Broken::NotCounted));
    assert_eq!(till.book.z(), None);
    later.now_ms = till.now_ms;
    later.append(z).expect("right after the count");
    assert_eq!(later.book.counters().z, 1);
    assert_eq!(later.book.shift(), None);
}

#[test]
fn a_z_with_another_number_difference_or_expectation_is_found() {
    let counted = || {
        let mut till = one_sale();
        till.write(TillFact::DrawerCounted { count: Vec::new() })
            .expect("counted");
        let z = till.book.z().expect("counted");
        (till, z)
    };
    let (mut till, mut said) = counted();
    if let TillFact::ShiftClosed { z, .. } = &mut said {
        *z += 1;
    }
    let (found, next) = (2, 1);
    assert_eq!(till.append(said), Err(Broken::Number { found, next }));
    let (mut till, mut said) = counted();
    if let TillFact::ShiftClosed { expected, .. } = &mut said {
        *expected += 1;
    }
    let expected = 6_400;
    assert_eq!(till.append(said), Err(Broken::Expected { expected }));
    let (mut till, mut said) = counted();
    if let TillFact::ShiftClosed { difference, .. } = &mut said {
        *difference = 0;
    }
    let difference = -6_400;
    assert_eq!(till.append(said), Err(Broken::Difference { difference }));
}

#[test]
fn bugs_in_closings_are_found() {
    assert_found(
        Bug::TotalsBelieved,
        a_closing_that_says_other_totals_than_its_facts_is_found,
    );
    assert_found(Bug::ClosedPeriodOpen, nothing_enters_a_closed_period);
}

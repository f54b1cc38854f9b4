//! Facts of a till for tests.

use proptest::prelude::*;

use super::kind::OpeningCause;
use super::till::{
    CashReason, CashWay, Connection, Counters, GivenBack, Means, MeansTotal, Outcome, PaidBy,
    Period, PeriodClosing, Perpetual, Pieces, PriceReason, Printed, RateTotal, RefundReason,
    Reprinted, SaleLine, TillFact, TillOpening, TillSeries, Totals, TrainingLine,
};
use crate::ids::{EventId, FactId, JournalId, OrganizerId, PromoId, TicketId, TypeNo, UserId};
use crate::money::Currency;

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> {
    prop::sample::select(all)
}

fn fact_id() -> impl Strategy<Value = FactId> {
    any::<[u8; 16]>().prop_map(FactId::from_bytes)
}

fn tickets(most: usize) -> impl Strategy<Value = Vec<TicketId>> {
    prop::collection::btree_set(any::<u64>(), 1..=most)
        .prop_map(|ids| ids.into_iter().map(TicketId).collect())
}

fn price() -> impl Strategy<Value = (u32, u16, PriceReason)> {
    (any::<u32>(), 0..=10_000u16, one_of(PriceReason::ALL)).prop_map(|(unit, vat_bps, reason)| {
        let unit = if reason.is_free() { 0 } else { unit };
        (unit, vat_bps, reason)
    })
}

fn means() -> impl Strategy<Value = Means> {
    prop_oneof![
        Just(Means::Cash),
        Just(Means::Card),
        Just(Means::Cheque),
        any::<u16>().prop_map(Means::Voucher),
        Just(Means::Exchange),
    ]
}

fn count() -> impl Strategy<Value = Vec<Pieces>> {
    prop::collection::btree_map(1u32.., 1u32.., 0..=32).prop_map(|pieces| {
        let pieces = pieces.into_iter();
        pieces
            .map(|(value, count)| Pieces { value, count })
            .collect()
    })
}

fn perpetual() -> impl Strategy<Value = Perpetual> {
    any::<(u64, u64)>().prop_map(|(sold, refunded)| Perpetual { sold, refunded })
}

fn totals() -> impl Strategy<Value = Totals> {
    let counts = any::<(u32, u32, u32, u32, u32, u32)>();
    let rates = prop::collection::btree_map(0..=10_000u16, any::<(u64, u64, u64, u64)>(), 0..8);
    let means = prop::collection::btree_map(means(), any::<(u64, u64)>(), 0..8);
    (counts, any::<(u64, u64)>(), rates, means).prop_map(|(counts, moved, rates, means)| {
        let (sales, refunds, tickets, tickets_back, reprints, trainings) = counts;
        let rate = |(vat_bps, (sold, sold_vat, refunded, refunded_vat))| RateTotal {
            vat_bps,
            sold,
            sold_vat,
            refunded,
            refunded_vat,
        };
        let total = |(means, (paid, back))| MeansTotal { means, paid, back };
        Totals {
            sales,
            refunds,
            tickets,
            tickets_back,
            reprints,
            trainings,
            moved_in: moved.0,
            moved_out: moved.1,
            rates: rates.into_iter().map(rate).collect(),
            means: means.into_iter().map(total).collect(),
        }
    })
}

fn opening() -> impl Strategy<Value = TillFact> {
    let head = (any::<[u8; 16]>(), any::<u64>(), any::<[u8; 32]>())
        .prop_map(|(journal, seq, hash)| (JournalId::from_bytes(journal), seq, hash));
    let causes = one_of(&[
        OpeningCause::First,
        OpeningCause::Copied,
        OpeningCause::RolledBack,
        OpeningCause::Forked,
    ]);
    let currencies = one_of(&[Currency::Eur, Currency::Gbp, Currency::Chf]);
    (
        any::<[u8; 16]>(),
        "[A-Z]{1,2}",
        currencies,
        causes,
        perpetual(),
        any::<(u32, u32, u32, i64)>(),
        prop::option::of(head),
    )
        .prop_map(
            |(organizer, series, currency, cause, perpetual, numbers, predecessor)| {
                let (receipt, training, z, closed_until_ms) = numbers;
                TillFact::JournalOpened(TillOpening {
                    organizer: OrganizerId::from_bytes(organizer),
                    series: TillSeries::from_text(&series).expect("letters"),
                    currency,
                    cause,
                    counters: Counters {
                        perpetual,
                        receipt,
                        training,
                        z,
                        closed_until_ms,
                    },
                    predecessor,
                })
            },
        )
}

fn period() -> impl Strategy<Value = Period> {
    (1..=9999i16, 1..=12i8, 1..=28i8, 0..3u8).prop_map(|(year, month, day, kind)| match kind {
        0 => Period::Day(jiff::civil::date(year, month, day)),
        1 => Period::Month { year, month },
        _ => Period::Year(year),
    })
}

fn closing() -> impl Strategy<Value = TillFact> {
    let bounds = any::<(i64, i64)>().prop_filter("it lasts", |(from, until)| from < until);
    (period(), bounds, totals(), perpetual()).prop_map(|(period, bounds, totals, perpetual)| {
        TillFact::PeriodClosed(PeriodClosing {
            period,
            from_ms: bounds.0,
            until_ms: bounds.1,
            totals,
            perpetual,
        })
    })
}

fn event() -> impl Strategy<Value = (EventId, TypeNo)> {
    any::<([u8; 16], u16)>().prop_map(|(event, no)| (EventId::from_bytes(event), TypeNo(no)))
}

fn sale() -> impl Strategy<Value = TillFact> {
    let line = (event(), price(), tickets(20)).prop_map(|(of, price, tickets)| SaleLine {
        event: of.0,
        type_no: of.1,
        unit: price.0,
        vat_bps: price.1,
        reason: price.2,
        tickets,
    });
    (1u32.., prop::collection::vec(line, 1..=12))
        .prop_map(|(receipt, lines)| TillFact::Sale { receipt, lines })
}

fn training() -> impl Strategy<Value = TillFact> {
    let line = (event(), price(), 1..=400u16).prop_map(|(of, price, quantity)| TrainingLine {
        event: of.0,
        type_no: of.1,
        unit: price.0,
        vat_bps: price.1,
        reason: price.2,
        quantity,
    });
    (1u32.., prop::collection::vec(line, 1..=40))
        .prop_map(|(receipt, lines)| TillFact::TrainingSale { receipt, lines })
}

fn payment() -> impl Strategy<Value = TillFact> {
    let by = prop_oneof![
        any::<u32>().prop_map(|change| PaidBy::Cash { change }),
        one_of(Outcome::ALL).prop_map(|outcome| PaidBy::Card { outcome }),
        Just(PaidBy::Cheque),
        any::<u16>().prop_map(|kind| PaidBy::Voucher { kind }),
        Just(PaidBy::Exchange),
    ];
    (fact_id(), 1u32.., by).prop_map(|(sale, amount, by)| TillFact::Payment { sale, amount, by })
}

fn refund() -> impl Strategy<Value = TillFact> {
    let back = prop::collection::btree_map(means(), 1u32.., 0..=8);
    let reasons = one_of(RefundReason::ALL);
    (1u32.., fact_id(), reasons, tickets(400), back).prop_map(
        |(receipt, sale, reason, tickets, back)| TillFact::Refund {
            receipt,
            sale,
            reason,
            tickets,
            back: back
                .into_iter()
                .map(|(means, amount)| GivenBack { means, amount })
                .collect(),
        },
    )
}

fn shift() -> impl Strategy<Value = TillFact> {
    let clerk = || any::<[u8; 16]>().prop_map(UserId::from_bytes);
    let closed = (1u32.., totals(), any::<(i64, i64)>(), perpetual()).prop_map(
        |(z, totals, (expected, difference), perpetual)| TillFact::ShiftClosed {
            z,
            totals,
            expected,
            difference,
            perpetual,
        },
    );
    prop_oneof![
        (clerk(), count()).prop_map(|(clerk, float)| TillFact::ShiftOpened { clerk, float }),
        clerk().prop_map(|clerk| TillFact::ClerkChanged { clerk }),
        count().prop_map(|count| TillFact::DrawerCounted { count }),
        closed,
    ]
}

fn other() -> impl Strategy<Value = TillFact> {
    let what = prop_oneof![
        Just(Reprinted::Receipt),
        Just(Reprinted::Tickets),
        any::<u64>().prop_map(|id| Reprinted::Ticket(TicketId(id))),
    ];
    let moved = (one_of(CashWay::ALL), 1u32.., one_of(CashReason::ALL)).prop_map(
        |(way, amount, reason)| TillFact::CashMoved {
            way,
            amount,
            reason,
        },
    );
    prop_oneof![
        moved,
        (fact_id(), what).prop_map(|(sale, what)| TillFact::Reprint { sale, what }),
        one_of(Printed::ALL).prop_map(|what| TillFact::TestPrint { what }),
        any::<[u8; 32]>().prop_map(|hash| TillFact::ConfigurationChanged { hash }),
        one_of(Connection::ALL).prop_map(|to| TillFact::ConnectionChanged { to }),
        (fact_id(), any::<[u8; 16]>(), any::<[u8; 32]>())
            .prop_map(|(sale, blob, hash)| TillFact::Contact { sale, blob, hash }),
        (any::<[u8; 16]>(), fact_id(), event(), 1u32.., 1u32..).prop_map(
            |(promo, sale, (event, _), full, off)| TillFact::Promotion {
                promo: PromoId::from_bytes(promo),
                sale,
                event,
                full,
                off,
            }
        ),
    ]
}

pub(super) fn any_till_fact() -> impl Strategy<Value = TillFact> {
    prop_oneof![
        opening(),
        shift(),
        sale(),
        training(),
        payment(),
        refund(),
        closing(),
        other(),
    ]
}

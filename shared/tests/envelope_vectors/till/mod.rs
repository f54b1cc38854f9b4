//! Facts of a till's journal: all kinds, with the least and the most that their fields hold.

pub(crate) mod invalid;
pub(crate) mod json;

use jiff::civil::date;
use shared::fact::kind::OpeningCause;
use shared::fact::till::{
    CashReason, CashWay, Connection, Counters, GivenBack, Means, MeansTotal, Outcome, PaidBy,
    Period, PeriodClosing, Perpetual, Pieces, PriceReason, Printed, RateTotal, RefundReason,
    Reprinted, SaleLine, TillFact, TillOpening, TillSeries, Totals, TrainingLine,
};
use shared::fact::{Fact, FactBody};
use shared::ids::{JournalId, OrderId, OrganizerId, PromoId, TicketId, TypeNo, UserId};
use shared::money::Currency;

use crate::valid::{TICKET, event};
use crate::{fact, fact_id};

fn clerk() -> UserId {
    UserId::from_bytes(*b"a clerk, 16 long")
}

fn till(what: TillFact) -> Fact {
    fact(FactBody::Till(what))
}

pub(super) fn opening() -> TillOpening {
    TillOpening {
        organizer: OrganizerId::from_bytes(*b"organizer of vec"),
        series: TillSeries::from_text("A").expect("a series"),
        currency: Currency::Eur,
        cause: OpeningCause::First,
        counters: Counters::default(),
        predecessor: None,
    }
}

fn line(unit: u32, reason: PriceReason, tickets: std::ops::RangeInclusive<u64>) -> SaleLine {
    SaleLine {
        event: event(),
        type_no: TypeNo(2),
        unit,
        vat_bps: 550,
        reason,
        tickets: tickets.map(TicketId).collect(),
    }
}

pub(super) fn sale() -> TillFact {
    TillFact::Sale {
        receipt: 7,
        lines: vec![
            line(2200, PriceReason::Full, 1..=2),
            line(0, PriceReason::Press, 3..=3),
        ],
    }
}

pub(super) fn refund() -> TillFact {
    TillFact::Refund {
        receipt: 8,
        sale: fact_id(0x51),
        reason: RefundReason::Guest,
        tickets: vec![TicketId(1), TicketId(2)],
        back: vec![
            GivenBack {
                means: Means::Cash,
                amount: 2000,
            },
            GivenBack {
                means: Means::Voucher(3),
                amount: 2400,
            },
        ],
    }
}

pub(super) fn totals() -> Totals {
    Totals {
        sales: 3,
        refunds: 1,
        tickets: 9,
        tickets_back: 2,
        reprints: 1,
        trainings: 4,
        moved_in: 10_000,
        moved_out: 5_000,
        rates: vec![
            RateTotal {
                vat_bps: 210,
                sold: 3400,
                sold_vat: 70,
                refunded: 0,
                refunded_vat: 0,
            },
            RateTotal {
                vat_bps: 550,
                sold: 8800,
                sold_vat: 459,
                refunded: 4400,
                refunded_vat: 229,
            },
        ],
        means: vec![
            MeansTotal {
                means: Means::Cash,
                paid: 9800,
                back: 2000,
            },
            MeansTotal {
                means: Means::Voucher(3),
                paid: 2400,
                back: 2400,
            },
        ],
    }
}

pub(super) fn closing(period: Period) -> PeriodClosing {
    PeriodClosing {
        period,
        from_ms: 1_800_000_000_000,
        until_ms: 1_800_086_400_000,
        totals: totals(),
        perpetual: Perpetual {
            sold: 1_234_567,
            refunded: 8_900,
        },
    }
}

fn payment(amount: u32, by: PaidBy) -> Fact {
    till(TillFact::Payment {
        sale: fact_id(0x51),
        amount,
        by,
    })
}

fn reprint(what: Reprinted) -> Fact {
    till(TillFact::Reprint {
        sale: fact_id(0x51),
        what,
    })
}

fn numbered_means(number: u16) -> MeansTotal {
    MeansTotal {
        means: Means::Voucher(number),
        paid: u64::MAX,
        back: u64::MAX,
    }
}

fn numbered_rate(vat_bps: u16) -> RateTotal {
    RateTotal {
        vat_bps,
        sold: u64::MAX,
        sold_vat: u64::MAX,
        refunded: u64::MAX,
        refunded_vat: u64::MAX,
    }
}

fn openings() -> Vec<(&'static str, Fact)> {
    let went_on = TillOpening {
        series: TillSeries::from_text("BZ").expect("a series"),
        currency: Currency::Chf,
        cause: OpeningCause::RolledBack,
        counters: Counters {
            perpetual: Perpetual {
                sold: 1_234_567,
                refunded: 8_900,
            },
            receipt: 412,
            training: 3,
            z: 17,
            closed_until_ms: 1_800_000_000_000,
        },
        predecessor: Some((JournalId::from_bytes([0x2b; 16]), 417, [0xcd; 32])),
        ..opening()
    };
    vec![
        (
            "a till's first journal",
            till(TillFact::JournalOpened(opening())),
        ),
        (
            "a till's journal after a roll-back goes on from what was known",
            till(TillFact::JournalOpened(went_on)),
        ),
    ]
}

fn shifts() -> Vec<(&'static str, Fact)> {
    let pieces = |value, count| Pieces { value, count };
    vec![
        (
            "a shift opened with an empty drawer",
            till(TillFact::ShiftOpened {
                clerk: clerk(),
                float: Vec::new(),
            }),
        ),
        (
            "a shift opened with coins and notes",
            till(TillFact::ShiftOpened {
                clerk: clerk(),
                float: vec![pieces(50, 20), pieces(200, 10), pieces(1000, 8)],
            }),
        ),
        (
            "another clerk",
            till(TillFact::ClerkChanged { clerk: clerk() }),
        ),
        (
            "a drawer counted, thirty-two denominations",
            till(TillFact::DrawerCounted {
                count: (1..=32).map(|value| pieces(value, u32::MAX)).collect(),
            }),
        ),
        (
            "a shift closed with too little in the drawer",
            till(TillFact::ShiftClosed {
                z: 17,
                totals: totals(),
                expected: 22_800,
                difference: -150,
                perpetual: closing(Period::Year(2026)).perpetual,
            }),
        ),
        (
            "a shift closed, totals at their most",
            till(TillFact::ShiftClosed {
                z: u32::MAX,
                totals: Totals {
                    rates: (1..=32).map(numbered_rate).collect(),
                    means: (1..=32).map(numbered_means).collect(),
                    ..totals()
                },
                expected: i64::MIN,
                difference: i64::MAX,
                perpetual: Perpetual {
                    sold: u64::MAX,
                    refunded: u64::MAX,
                },
            }),
        ),
        (
            "a day closed",
            till(TillFact::PeriodClosed(closing(Period::Day(date(
                2028, 2, 29,
            ))))),
        ),
        (
            "a month closed",
            till(TillFact::PeriodClosed(closing(Period::Month {
                year: 2026,
                month: 12,
            }))),
        ),
        (
            "a year without sales closed",
            till(TillFact::PeriodClosed(PeriodClosing {
                totals: Totals::default(),
                ..closing(Period::Year(9999))
            })),
        ),
    ]
}

fn sales() -> Vec<(&'static str, Fact)> {
    let lines = (1..=40).map(|n| line(u32::MAX, PriceReason::Promotion, n..=n + 2));
    let mut with_a_free_type = line(0, PriceReason::Full, 1..=1);
    with_a_free_type.vat_bps = 10_000;
    vec![
        ("a sale with a free ticket", till(sale())),
        (
            "a sale of forty lines",
            till(TillFact::Sale {
                receipt: u32::MAX,
                lines: lines.collect(),
            }),
        ),
        (
            "a sale of four hundred tickets, of a type that costs nothing",
            till(TillFact::Sale {
                receipt: 1,
                lines: vec![SaleLine {
                    tickets: (1..=400).map(TicketId).collect(),
                    ..with_a_free_type
                }],
            }),
        ),
        (
            "a sale in training",
            till(TillFact::TrainingSale {
                receipt: 1,
                lines: vec![TrainingLine {
                    event: event(),
                    type_no: TypeNo(2),
                    unit: 2200,
                    vat_bps: 550,
                    reason: PriceReason::Youth,
                    quantity: 400,
                }],
            }),
        ),
        (
            "a payment in cash with change",
            payment(4400, PaidBy::Cash { change: 600 }),
        ),
        (
            "a payment by card",
            payment(
                u32::MAX,
                PaidBy::Card {
                    outcome: Outcome::Accepted,
                },
            ),
        ),
        (
            "a card that the terminal refused",
            payment(
                1,
                PaidBy::Card {
                    outcome: Outcome::Refused,
                },
            ),
        ),
        ("a payment by cheque", payment(4400, PaidBy::Cheque)),
        (
            "a payment by voucher",
            payment(4400, PaidBy::Voucher { kind: 3 }),
        ),
        ("a refund by two means", till(refund())),
        (
            "a free ticket taken back",
            till(TillFact::Refund {
                receipt: 9,
                sale: fact_id(0x51),
                reason: RefundReason::Mistake,
                tickets: vec![TicketId(3)],
                back: Vec::new(),
            }),
        ),
    ]
}

fn others() -> Vec<(&'static str, Fact)> {
    vec![
        (
            "cash brought in",
            till(TillFact::CashMoved {
                way: CashWay::In,
                amount: 10_000,
                reason: CashReason::Change,
            }),
        ),
        (
            "cash taken to the bank",
            till(TillFact::CashMoved {
                way: CashWay::Out,
                amount: u32::MAX,
                reason: CashReason::Banked,
            }),
        ),
        ("a receipt printed again", reprint(Reprinted::Receipt)),
        ("all tickets printed again", reprint(Reprinted::Tickets)),
        (
            "one ticket printed again",
            reprint(Reprinted::Ticket(TICKET)),
        ),
        (
            "a specimen of a report",
            till(TillFact::TestPrint {
                what: Printed::Report,
            }),
        ),
        (
            "another configuration",
            till(TillFact::ConfigurationChanged { hash: [0xc0; 32] }),
        ),
        (
            "an offline period ended",
            till(TillFact::ConnectionChanged {
                to: Connection::Online,
            }),
        ),
        (
            "a contact beside a sale",
            till(TillFact::Contact {
                sale: fact_id(0x51),
                blob: [0xb1; 16],
                hash: [0xb2; 32],
            }),
        ),
        (
            "four hundred tickets taken back",
            fact(FactBody::Withdrawn {
                tickets: (1..=400).map(TicketId).collect(),
            }),
        ),
    ]
}

fn collected() -> Vec<(&'static str, Fact)> {
    let handed_out = |tickets, duplicate| {
        till(TillFact::Collected {
            order: OrderId::from_bytes(*b"order of vectors"),
            event: event(),
            tickets,
            duplicate,
        })
    };
    vec![
        (
            "tickets of an order handed out",
            handed_out(vec![TicketId(3), TicketId(9)], false),
        ),
        (
            "and once more, as a duplicate",
            handed_out(vec![TicketId(9)], true),
        ),
    ]
}

fn promotion() -> Vec<(&'static str, Fact)> {
    let taken_off = |full, off| {
        till(TillFact::Promotion {
            promo: PromoId::from_bytes(*b"a code, 16 bytes"),
            sale: fact_id(0x51),
            event: event(),
            full,
            off,
        })
    };
    vec![
        ("a promo code's reduction", taken_off(6_800, 1_360)),
        (
            "a promo code that pays everything",
            taken_off(u32::MAX, u32::MAX),
        ),
    ]
}

fn exchange() -> Vec<(&'static str, Fact)> {
    vec![
        (
            "tickets exchanged for others",
            till(TillFact::Exchange {
                refund: fact_id(0x53),
                sale: fact_id(0x51),
            }),
        ),
        ("paid with tickets", payment(4400, PaidBy::Exchange)),
        (
            "taken back for others, the rest in cash",
            till(TillFact::Refund {
                receipt: 9,
                sale: fact_id(0x54),
                reason: RefundReason::Exchange,
                tickets: vec![TicketId(4)],
                back: vec![
                    GivenBack {
                        means: Means::Cash,
                        amount: 400,
                    },
                    GivenBack {
                        means: Means::Exchange,
                        amount: 1800,
                    },
                ],
            }),
        ),
    ]
}

pub(crate) fn facts() -> Vec<(&'static str, Fact)> {
    [
        openings(),
        shifts(),
        sales(),
        others(),
        exchange(),
        collected(),
        promotion(),
    ]
    .concat()
}

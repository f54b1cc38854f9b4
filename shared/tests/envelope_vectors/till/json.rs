//! A till's facts as the vectors show them.

use serde_json::{Value, json};
use shared::fact::till::{
    Means, PaidBy, Period, Perpetual, Pieces, PriceReason, Reprinted, TillFact, TillOpening, Totals,
};
use shared::ids::{EventId, TicketId, TypeNo};

use crate::hex;

pub(crate) fn body(fact: &TillFact) -> Value {
    match fact {
        TillFact::JournalOpened(opening) => opened(opening),
        TillFact::ShiftOpened { clerk, float } => json!({"clerk": clerk, "float": count(float)}),
        TillFact::ClerkChanged { clerk } => json!({"clerk": clerk}),
        TillFact::Sale { receipt, lines } => {
            let lines = lines.iter().map(|line| {
                let mut of = price(
                    line.event,
                    line.type_no,
                    line.unit,
                    line.vat_bps,
                    line.reason,
                );
                of["tickets"] = tickets(&line.tickets);
                of
            });
            json!({"receipt": receipt, "lines": lines.collect::<Vec<_>>()})
        }
        TillFact::Payment { sale, amount, by } => {
            let mut body = json!({"sale": sale, "amount": amount, "means": number(by.means()).0});
            match by {
                PaidBy::Cash { change } => body["change"] = json!(change),
                PaidBy::Card { outcome } => body["outcome"] = json!(*outcome as u8),
                PaidBy::Cheque | PaidBy::Exchange => {}
                PaidBy::Voucher { kind } => body["kind"] = json!(kind),
            }
            body
        }
        TillFact::Refund {
            receipt,
            sale,
            reason,
            tickets: of,
            back,
        } => {
            let back = back.iter().map(|back| {
                let (means, kind) = number(back.means);
                json!({"means": means, "kind": kind, "amount": back.amount})
            });
            json!({
                "receipt": receipt, "sale": sale, "reason": *reason as u8, "tickets": tickets(of),
                "back": back.collect::<Vec<_>>(),
            })
        }
        TillFact::CashMoved {
            way,
            amount,
            reason,
        } => json!({"way": *way as u8, "amount": amount, "reason": *reason as u8}),
        TillFact::DrawerCounted { count: of } => json!({"count": count(of)}),
        TillFact::ShiftClosed {
            z,
            totals: of,
            expected,
            difference,
            perpetual: Perpetual { sold, refunded },
        } => json!({
            "z": z, "expected": expected, "difference": difference, "sold": sold,
            "refunded": refunded, "totals": totals(of),
        }),
        TillFact::PeriodClosed(closing) => {
            let (period, year, month, day) = match closing.period {
                Period::Day(day) => (0, day.year(), day.month(), day.day()),
                Period::Month { year, month } => (1, year, month, 0),
                Period::Year(year) => (2, year, 0, 0),
            };
            json!({
                "period": period, "year": year, "month": month, "day": day,
                "from": closing.from_ms, "until": closing.until_ms,
                "sold": closing.perpetual.sold, "refunded": closing.perpetual.refunded,
                "totals": totals(&closing.totals),
            })
        }
        TillFact::Reprint { sale, what } => match what {
            Reprinted::Receipt => json!({"sale": sale, "what": 0}),
            Reprinted::Tickets => json!({"sale": sale, "what": 1}),
            Reprinted::Ticket(ticket) => json!({"sale": sale, "what": 2, "ticket": ticket.0}),
        },
        TillFact::TestPrint { what } => json!({"what": *what as u8}),
        TillFact::TrainingSale { receipt, lines } => {
            let lines = lines.iter().map(|line| {
                let mut of = price(
                    line.event,
                    line.type_no,
                    line.unit,
                    line.vat_bps,
                    line.reason,
                );
                of["quantity"] = json!(line.quantity);
                of
            });
            json!({"receipt": receipt, "lines": lines.collect::<Vec<_>>()})
        }
        TillFact::ConfigurationChanged { hash } => json!({"hash": hex(hash)}),
        TillFact::ConnectionChanged { to } => json!({"to": *to as u8}),
        TillFact::Contact { sale, blob, hash } => {
            json!({"sale": sale, "blob": hex(blob), "hash": hex(hash)})
        }
        TillFact::Exchange { refund, sale } => json!({"refund": refund, "sale": sale}),
        TillFact::Collected {
            order,
            event,
            tickets: of,
            duplicate,
        } => json!({
            "order": order, "event": event, "tickets": tickets(of), "copy": u8::from(*duplicate),
        }),
        TillFact::Promotion {
            promo,
            sale,
            event,
            full,
            off,
        } => json!({"promo": promo, "sale": sale, "event": event, "full": full, "off": off}),
    }
}

fn opened(opening: &TillOpening) -> Value {
    let counters = opening.counters;
    json!({
        "organizer": opening.organizer, "series": opening.series.to_string(),
        "currency": opening.currency as u8, "cause": opening.cause as u8,
        "sold": counters.perpetual.sold, "refunded": counters.perpetual.refunded,
        "receipt": counters.receipt, "training": counters.training, "z": counters.z,
        "closed_until": counters.closed_until_ms,
        "predecessor": opening.predecessor.map(|(journal, seq, hash)| {
            json!({"journal": journal, "seq": seq, "hash": hex(&hash)})
        }),
    })
}

fn price(event: EventId, type_no: TypeNo, unit: u32, vat_bps: u16, reason: PriceReason) -> Value {
    json!({"event": event, "type": type_no, "unit": unit, "vat": vat_bps, "reason": reason as u8})
}

fn tickets(tickets: &[TicketId]) -> Value {
    tickets.iter().map(|ticket| json!(ticket.0)).collect()
}

fn count(count: &[Pieces]) -> Value {
    let pieces = count.iter();
    pieces
        .map(|pieces| json!({"value": pieces.value, "count": pieces.count}))
        .collect()
}

fn number(means: Means) -> (u8, u16) {
    match means {
        Means::Cash => (0, 0),
        Means::Card => (1, 0),
        Means::Cheque => (2, 0),
        Means::Voucher(kind) => (3, kind),
        Means::Exchange => (5, 0),
    }
}

fn totals(totals: &Totals) -> Value {
    let rates = totals.rates.iter().map(|rate| {
        json!({
            "vat": rate.vat_bps, "sold": rate.sold, "sold_vat": rate.sold_vat,
            "refunded": rate.refunded, "refunded_vat": rate.refunded_vat,
        })
    });
    let means = totals.means.iter().map(|total| {
        let (means, kind) = number(total.means);
        json!({"means": means, "kind": kind, "paid": total.paid, "back": total.back})
    });
    json!({
        "sales": totals.sales, "refunds": totals.refunds, "tickets": totals.tickets,
        "tickets_back": totals.tickets_back, "reprints": totals.reprints,
        "trainings": totals.trainings, "moved_in": totals.moved_in,
        "moved_out": totals.moved_out, "rates": rates.collect::<Vec<_>>(),
        "means": means.collect::<Vec<_>>(),
    })
}

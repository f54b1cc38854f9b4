//! The bytes of a till's facts. docs/SYNC.md lists them.

use super::parts::{
    at_least_1, length, listed, read_back, read_closing, read_count, read_lines, read_paid_by,
    read_perpetual, read_tickets, read_totals, read_training, unlisted, write_count, write_means,
    write_period, write_perpetual, write_tickets, write_totals,
};
use super::{
    CashReason, CashWay, Connection, Counters, PaidBy, Printed, RefundReason, Reprinted, TillFact,
    TillOpening, TillSeries,
};
use crate::fact::body::{BodyError, KIND_JOURNAL_OPENED, opening_cause};
use crate::fact::bytes::{Reader, Writer};
use crate::ids::{EventId, FactId, JournalId, OrderId, OrganizerId, PromoId, TicketId, UserId};
use crate::money::Currency;

/// The purpose of a till journal. Number 1 stays unused: a golden vector has it as a purpose that nobody knows.
pub(in crate::fact) const PURPOSE_TILL: u8 = 2;
const CURRENCIES: [Currency; 3] = [Currency::Eur, Currency::Gbp, Currency::Chf];

impl TillFact {
    /// The number of its kind.
    pub fn kind(&self) -> u16 {
        match self {
            Self::JournalOpened(_) => KIND_JOURNAL_OPENED,
            Self::ShiftOpened { .. } => 20,
            Self::ClerkChanged { .. } => 21,
            Self::Sale { .. } => 22,
            Self::Payment { .. } => 23,
            Self::Refund { .. } => 24,
            Self::CashMoved { .. } => 25,
            Self::DrawerCounted { .. } => 26,
            Self::ShiftClosed { .. } => 27,
            Self::PeriodClosed(_) => 28,
            Self::Reprint { .. } => 29,
            Self::TestPrint { .. } => 30,
            Self::TrainingSale { .. } => 31,
            Self::ConfigurationChanged { .. } => 32,
            Self::ConnectionChanged { .. } => 33,
            Self::Contact { .. } => 34,
            Self::Exchange { .. } => 35,
            Self::Collected { .. } => 36,
            Self::Promotion { .. } => 37,
        }
    }

    /// The name of its kind, as in reports.
    pub fn kind_name(&self) -> &'static str {
        match self {
            Self::JournalOpened(_) => "till_opened",
            Self::ShiftOpened { .. } => "shift_opened",
            Self::ClerkChanged { .. } => "clerk_changed",
            Self::Sale { .. } => "sale",
            Self::Payment { .. } => "payment",
            Self::Refund { .. } => "refund",
            Self::CashMoved { .. } => "cash_moved",
            Self::DrawerCounted { .. } => "drawer_counted",
            Self::ShiftClosed { .. } => "shift_closed",
            Self::PeriodClosed(_) => "period_closed",
            Self::Reprint { .. } => "reprint",
            Self::TestPrint { .. } => "test_print",
            Self::TrainingSale { .. } => "training_sale",
            Self::ConfigurationChanged { .. } => "configuration_changed",
            Self::ConnectionChanged { .. } => "connection_changed",
            Self::Contact { .. } => "contact",
            Self::Exchange { .. } => "exchange",
            Self::Collected { .. } => "collected",
            Self::Promotion { .. } => "promotion",
        }
    }

    pub(in crate::fact) fn encode(&self, to: &mut Writer) {
        match self {
            Self::JournalOpened(opening) => write_opening(to, opening),
            Self::ShiftOpened { clerk, float } => {
                to.bytes(clerk.as_bytes());
                write_count(to, float);
            }
            Self::ClerkChanged { clerk } => {
                to.bytes(clerk.as_bytes());
            }
            Self::Sale { receipt, lines } => {
                to.u32(*receipt);
                length(to, lines.len());
                for line in lines {
                    to.bytes(line.event.as_bytes()).u16(line.type_no.0);
                    to.u32(line.unit).u16(line.vat_bps).u8(line.reason as u8);
                    write_tickets(to, &line.tickets);
                }
            }
            Self::Payment { sale, amount, by } => {
                to.bytes(sale.as_bytes()).u32(*amount);
                match by {
                    PaidBy::Cash { change } => to.u8(0).u32(*change),
                    PaidBy::Card { outcome } => to.u8(1).u8(*outcome as u8),
                    PaidBy::Cheque => to.u8(2),
                    PaidBy::Voucher { kind } => to.u8(3).u16(*kind),
                    PaidBy::Exchange => to.u8(5),
                };
            }
            Self::Refund {
                receipt,
                sale,
                reason,
                tickets,
                back,
            } => {
                to.u32(*receipt).bytes(sale.as_bytes()).u8(*reason as u8);
                write_tickets(to, tickets);
                length(to, back.len());
                for back in back {
                    write_means(to, back.means).u32(back.amount);
                }
            }
            Self::CashMoved {
                way,
                amount,
                reason,
            } => {
                to.u8(*way as u8).u32(*amount).u8(*reason as u8);
            }
            Self::DrawerCounted { count } => write_count(to, count),
            Self::ShiftClosed {
                z,
                totals,
                expected,
                difference,
                perpetual,
            } => {
                to.u32(*z).i64(*expected).i64(*difference);
                write_perpetual(to, *perpetual);
                write_totals(to, totals);
            }
            Self::PeriodClosed(closing) => {
                write_period(to, closing.period);
                to.i64(closing.from_ms).i64(closing.until_ms);
                write_perpetual(to, closing.perpetual);
                write_totals(to, &closing.totals);
            }
            Self::Reprint { sale, what } => {
                to.bytes(sale.as_bytes());
                match what {
                    Reprinted::Receipt => to.u8(0),
                    Reprinted::Tickets => to.u8(1),
                    Reprinted::Ticket(ticket) => to.u8(2).u64(ticket.0),
                };
            }
            Self::TestPrint { what } => {
                to.u8(*what as u8);
            }
            Self::TrainingSale { receipt, lines } => {
                to.u32(*receipt);
                length(to, lines.len());
                for line in lines {
                    to.bytes(line.event.as_bytes()).u16(line.type_no.0);
                    to.u32(line.unit).u16(line.vat_bps).u8(line.reason as u8);
                    to.u16(line.quantity);
                }
            }
            Self::ConfigurationChanged { hash } => {
                to.bytes(hash);
            }
            Self::ConnectionChanged { to: now } => {
                to.u8(*now as u8);
            }
            Self::Contact { sale, blob, hash } => {
                to.bytes(sale.as_bytes()).bytes(blob).bytes(hash);
            }
            Self::Exchange { refund, sale } => {
                to.bytes(refund.as_bytes()).bytes(sale.as_bytes());
            }
            Self::Collected {
                order,
                event,
                tickets,
                duplicate,
            } => {
                to.bytes(order.as_bytes()).bytes(event.as_bytes());
                write_tickets(to, tickets);
                to.u8((*duplicate).into());
            }
            Self::Promotion {
                promo,
                sale,
                event,
                full,
                off,
            } => {
                to.bytes(promo.as_bytes()).bytes(sale.as_bytes());
                to.bytes(event.as_bytes()).u32(*full).u32(*off);
            }
        }
    }

    /// Reads a body of one of the kinds from 20 on; `None` for any other kind.
    pub(in crate::fact) fn decode(
        kind: u16,
        from: &mut Reader<'_>,
    ) -> Result<Option<Self>, BodyError> {
        Ok(Some(match kind {
            20 => Self::ShiftOpened {
                clerk: UserId::from_bytes(from.array()?),
                float: read_count(from)?,
            },
            21 => Self::ClerkChanged {
                clerk: UserId::from_bytes(from.array()?),
            },
            22 => Self::Sale {
                receipt: at_least_1(from)?,
                lines: read_lines(from)?,
            },
            23 => Self::Payment {
                sale: FactId::from_bytes(from.array()?),
                amount: at_least_1(from)?,
                by: read_paid_by(from)?,
            },
            24 => Self::Refund {
                receipt: at_least_1(from)?,
                sale: FactId::from_bytes(from.array()?),
                reason: listed(from.u8()?, RefundReason::from_number)?,
                tickets: read_tickets(from)?,
                back: read_back(from)?,
            },
            25 => Self::CashMoved {
                way: listed(from.u8()?, CashWay::from_number)?,
                amount: at_least_1(from)?,
                reason: listed(from.u8()?, CashReason::from_number)?,
            },
            26 => Self::DrawerCounted {
                count: read_count(from)?,
            },
            27 => Self::ShiftClosed {
                z: at_least_1(from)?,
                expected: from.i64()?,
                difference: from.i64()?,
                perpetual: read_perpetual(from)?,
                totals: read_totals(from)?,
            },
            28 => Self::PeriodClosed(read_closing(from)?),
            29 => Self::Reprint {
                sale: FactId::from_bytes(from.array()?),
                what: match from.u8()? {
                    0 => Reprinted::Receipt,
                    1 => Reprinted::Tickets,
                    2 => Reprinted::Ticket(TicketId(from.u64()?)),
                    number => return Err(unlisted(number.into())),
                },
            },
            30 => Self::TestPrint {
                what: listed(from.u8()?, Printed::from_number)?,
            },
            31 => Self::TrainingSale {
                receipt: at_least_1(from)?,
                lines: read_training(from)?,
            },
            32 => Self::ConfigurationChanged {
                hash: from.array()?,
            },
            33 => Self::ConnectionChanged {
                to: listed(from.u8()?, Connection::from_number)?,
            },
            34 => Self::Contact {
                sale: FactId::from_bytes(from.array()?),
                blob: from.array()?,
                hash: from.array()?,
            },
            35 => Self::Exchange {
                refund: FactId::from_bytes(from.array()?),
                sale: FactId::from_bytes(from.array()?),
            },
            36 => Self::Collected {
                order: OrderId::from_bytes(from.array()?),
                event: EventId::from_bytes(from.array()?),
                tickets: read_tickets(from)?,
                duplicate: match from.u8()? {
                    0 => false,
                    1 => true,
                    number => return Err(unlisted(number.into())),
                },
            },
            37 => Self::Promotion {
                promo: PromoId::from_bytes(from.array()?),
                sale: FactId::from_bytes(from.array()?),
                event: EventId::from_bytes(from.array()?),
                full: at_least_1(from)?,
                off: at_least_1(from)?,
            },
            _ => return Ok(None),
        }))
    }
}

fn write_opening(to: &mut Writer, opening: &TillOpening) {
    let TillSeries { first, second } = opening.series;
    let counters = opening.counters;
    to.u8(PURPOSE_TILL)
        .bytes(opening.organizer.as_bytes())
        .u8(first)
        .u8(second.unwrap_or(0))
        .u8(currency_number(opening.currency))
        .u8(opening.cause as u8);
    write_perpetual(to, counters.perpetual);
    to.u32(counters.receipt)
        .u32(counters.training)
        .u32(counters.z)
        .i64(counters.closed_until_ms);
    match opening.predecessor {
        None => to.u8(0),
        Some((journal, seq, hash)) => to.u8(1).bytes(journal.as_bytes()).u64(seq).bytes(&hash),
    };
}

/// What follows the purpose.
pub(in crate::fact) fn read_opening(from: &mut Reader<'_>) -> Result<TillOpening, BodyError> {
    let organizer = OrganizerId::from_bytes(from.array()?);
    let (first, second) = (from.u8()?, from.u8()?);
    Ok(TillOpening {
        organizer,
        series: TillSeries::from_letters(first, second).ok_or_else(|| unlisted(first.into()))?,
        currency: listed(from.u8()?, |number| {
            CURRENCIES.get(usize::from(number)).copied()
        })?,
        cause: opening_cause(from.u8()?)?,
        counters: Counters {
            perpetual: read_perpetual(from)?,
            receipt: from.u32()?,
            training: from.u32()?,
            z: from.u32()?,
            closed_until_ms: from.i64()?,
        },
        predecessor: match from.u8()? {
            0 => None,
            1 => Some((
                JournalId::from_bytes(from.array()?),
                from.u64()?,
                from.array()?,
            )),
            number => return Err(unlisted(number.into())),
        },
    })
}

fn currency_number(currency: Currency) -> u8 {
    match currency {
        Currency::Eur => 0,
        Currency::Gbp => 1,
        Currency::Chf => 2,
    }
}

//! What the bodies of a till's facts are made of: lists, prices, counts, totals, periods.

use jiff::civil::Date;

use super::{
    GivenBack, MAX_DENOMINATIONS, MAX_LINES, MAX_TOTALS, Means, MeansTotal, Outcome, PaidBy,
    Period, PeriodClosing, Perpetual, Pieces, PriceReason, RateTotal, SaleLine, Totals,
    TrainingLine,
};
use crate::fact::body::{BodyError, MAX_ISSUED};
use crate::fact::bytes::{Reader, Writer};
use crate::ids::{EventId, TicketId, TypeNo};

/// Most means by which one refund goes back.
const MAX_BACK: usize = 8;
/// The most basis points of a VAT rate.
const MOST_BPS: u16 = 10_000;

pub(super) fn unlisted(number: u16) -> BodyError {
    BodyError::Number { number }
}

pub(super) fn listed<T>(number: u8, from_number: impl Fn(u8) -> Option<T>) -> Result<T, BodyError> {
    from_number(number).ok_or_else(|| unlisted(number.into()))
}

pub(super) fn at_least_1(from: &mut Reader<'_>) -> Result<u32, BodyError> {
    match from.u32()? {
        0 => Err(unlisted(0)),
        number => Ok(number),
    }
}

/// A length in one byte; a list that is too long reads back as another and is not signed.
pub(super) fn length(to: &mut Writer, length: usize) {
    to.u8(u8::try_from(length).unwrap_or(u8::MAX));
}

fn read_length(
    from: &mut Reader<'_>,
    allowed: std::ops::RangeInclusive<usize>,
) -> Result<u8, BodyError> {
    let length = from.u8()?;
    if allowed.contains(&usize::from(length)) {
        Ok(length)
    } else {
        Err(unlisted(length.into()))
    }
}

fn read_bps(from: &mut Reader<'_>) -> Result<u16, BodyError> {
    let bps = from.u16()?;
    if bps <= MOST_BPS {
        Ok(bps)
    } else {
        Err(unlisted(bps))
    }
}

pub(super) fn write_tickets(to: &mut Writer, tickets: &[TicketId]) {
    to.u16(u16::try_from(tickets.len()).unwrap_or(u16::MAX));
    for ticket in tickets {
        to.u64(ticket.0);
    }
}

pub(super) fn read_tickets(from: &mut Reader<'_>) -> Result<Vec<TicketId>, BodyError> {
    let count = from.u16()?;
    if count == 0 || usize::from(count) > MAX_ISSUED {
        return Err(unlisted(count));
    }
    let tickets = (0..count)
        .map(|_| from.u64().map(TicketId))
        .collect::<Result<Vec<_>, _>>()?;
    ascending(tickets, |a, b| a < b)
}

fn ascending<T>(list: Vec<T>, is_before: impl Fn(&T, &T) -> bool) -> Result<Vec<T>, BodyError> {
    if list.is_sorted_by(is_before) {
        Ok(list)
    } else {
        Err(BodyError::Order)
    }
}

pub(super) fn write_count(to: &mut Writer, count: &[Pieces]) {
    length(to, count.len());
    for pieces in count {
        to.u32(pieces.value).u32(pieces.count);
    }
}

pub(super) fn read_count(from: &mut Reader<'_>) -> Result<Vec<Pieces>, BodyError> {
    let count = (0..read_length(from, 0..=MAX_DENOMINATIONS)?)
        .map(|_| {
            Ok(Pieces {
                value: at_least_1(from)?,
                count: at_least_1(from)?,
            })
        })
        .collect::<Result<Vec<_>, BodyError>>()?;
    ascending(count, |a, b| a.value < b.value)
}

fn read_price(from: &mut Reader<'_>) -> Result<(u32, u16, PriceReason), BodyError> {
    let (unit, vat_bps) = (from.u32()?, read_bps(from)?);
    let number = from.u8()?;
    let reason = listed(number, PriceReason::from_number)?;
    if reason.is_free() && unit != 0 {
        return Err(unlisted(number.into()));
    }
    Ok((unit, vat_bps, reason))
}

pub(super) fn read_lines(from: &mut Reader<'_>) -> Result<Vec<SaleLine>, BodyError> {
    (0..read_length(from, 1..=MAX_LINES)?)
        .map(|_| {
            let (event, type_no) = (EventId::from_bytes(from.array()?), TypeNo(from.u16()?));
            let (unit, vat_bps, reason) = read_price(from)?;
            Ok(SaleLine {
                event,
                type_no,
                unit,
                vat_bps,
                reason,
                tickets: read_tickets(from)?,
            })
        })
        .collect()
}

pub(super) fn read_training(from: &mut Reader<'_>) -> Result<Vec<TrainingLine>, BodyError> {
    (0..read_length(from, 1..=MAX_LINES)?)
        .map(|_| {
            let (event, type_no) = (EventId::from_bytes(from.array()?), TypeNo(from.u16()?));
            let (unit, vat_bps, reason) = read_price(from)?;
            let quantity = from.u16()?;
            if quantity == 0 || usize::from(quantity) > MAX_ISSUED {
                return Err(unlisted(quantity));
            }
            Ok(TrainingLine {
                event,
                type_no,
                unit,
                vat_bps,
                reason,
                quantity,
            })
        })
        .collect()
}

pub(super) fn read_paid_by(from: &mut Reader<'_>) -> Result<PaidBy, BodyError> {
    Ok(match from.u8()? {
        0 => PaidBy::Cash {
            change: from.u32()?,
        },
        1 => PaidBy::Card {
            outcome: listed(from.u8()?, Outcome::from_number)?,
        },
        2 => PaidBy::Cheque,
        3 => PaidBy::Voucher { kind: from.u16()? },
        5 => PaidBy::Exchange,
        number => return Err(unlisted(number.into())),
    })
}

/// Always three bytes: the kind is 0 where it is no voucher.
pub(super) fn write_means(to: &mut Writer, means: Means) -> &mut Writer {
    match means {
        Means::Cash => to.u8(0).u16(0),
        Means::Card => to.u8(1).u16(0),
        Means::Cheque => to.u8(2).u16(0),
        Means::Voucher(kind) => to.u8(3).u16(kind),
        Means::Exchange => to.u8(5).u16(0),
    }
}

fn read_means(from: &mut Reader<'_>) -> Result<Means, BodyError> {
    match (from.u8()?, from.u16()?) {
        (0, 0) => Ok(Means::Cash),
        (1, 0) => Ok(Means::Card),
        (2, 0) => Ok(Means::Cheque),
        (3, kind) => Ok(Means::Voucher(kind)),
        (5, 0) => Ok(Means::Exchange),
        (0..=2 | 5, kind) => Err(unlisted(kind)),
        (number, _) => Err(unlisted(number.into())),
    }
}

pub(super) fn read_back(from: &mut Reader<'_>) -> Result<Vec<GivenBack>, BodyError> {
    let back = (0..read_length(from, 0..=MAX_BACK)?)
        .map(|_| {
            Ok(GivenBack {
                means: read_means(from)?,
                amount: at_least_1(from)?,
            })
        })
        .collect::<Result<Vec<_>, BodyError>>()?;
    ascending(back, |a, b| a.means < b.means)
}

pub(super) fn write_perpetual(to: &mut Writer, perpetual: Perpetual) {
    to.u64(perpetual.sold).u64(perpetual.refunded);
}

pub(super) fn read_perpetual(from: &mut Reader<'_>) -> Result<Perpetual, BodyError> {
    Ok(Perpetual {
        sold: from.u64()?,
        refunded: from.u64()?,
    })
}

pub(super) fn write_totals(to: &mut Writer, totals: &Totals) {
    to.u32(totals.sales)
        .u32(totals.refunds)
        .u32(totals.tickets)
        .u32(totals.tickets_back)
        .u32(totals.reprints)
        .u32(totals.trainings)
        .u64(totals.moved_in)
        .u64(totals.moved_out);
    length(to, totals.rates.len());
    for rate in &totals.rates {
        to.u16(rate.vat_bps).u64(rate.sold).u64(rate.sold_vat);
        to.u64(rate.refunded).u64(rate.refunded_vat);
    }
    length(to, totals.means.len());
    for total in &totals.means {
        write_means(to, total.means).u64(total.paid).u64(total.back);
    }
}

pub(super) fn read_totals(from: &mut Reader<'_>) -> Result<Totals, BodyError> {
    let mut totals = Totals {
        sales: from.u32()?,
        refunds: from.u32()?,
        tickets: from.u32()?,
        tickets_back: from.u32()?,
        reprints: from.u32()?,
        trainings: from.u32()?,
        moved_in: from.u64()?,
        moved_out: from.u64()?,
        rates: Vec::new(),
        means: Vec::new(),
    };
    for _ in 0..read_length(from, 0..=MAX_TOTALS)? {
        totals.rates.push(RateTotal {
            vat_bps: read_bps(from)?,
            sold: from.u64()?,
            sold_vat: from.u64()?,
            refunded: from.u64()?,
            refunded_vat: from.u64()?,
        });
    }
    for _ in 0..read_length(from, 0..=MAX_TOTALS)? {
        totals.means.push(MeansTotal {
            means: read_means(from)?,
            paid: from.u64()?,
            back: from.u64()?,
        });
    }
    totals.rates = ascending(totals.rates, |a, b| a.vat_bps < b.vat_bps)?;
    totals.means = ascending(totals.means, |a, b| a.means < b.means)?;
    Ok(totals)
}

/// Always five bytes: what a period has not is 0.
pub(super) fn write_period(to: &mut Writer, period: Period) {
    let year = |year: i16| year.cast_unsigned();
    let part = |part: i8| part.cast_unsigned();
    match period {
        Period::Day(day) => to
            .u8(0)
            .u16(year(day.year()))
            .u8(part(day.month()))
            .u8(part(day.day())),
        Period::Month { year: of, month } => to.u8(1).u16(year(of)).u8(part(month)).u8(0),
        Period::Year(of) => to.u8(2).u16(year(of)).u8(0).u8(0),
    };
}

fn read_period(from: &mut Reader<'_>) -> Result<Period, BodyError> {
    let kind = from.u8()?;
    let (year, month, day) = (from.u16()?, from.u8()?, from.u8()?);
    let Ok(whole_year @ 1..=9999) = i16::try_from(year) else {
        return Err(unlisted(year));
    };
    let of_month = |day: u8| {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        Date::new(whole_year, month, day).ok()
    };
    match (kind, month, day) {
        (0, _, _) => of_month(day)
            .map(Period::Day)
            .ok_or_else(|| unlisted(day.into())),
        (1, _, 0) => of_month(1)
            .map(|first| Period::Month {
                year: whole_year,
                month: first.month(),
            })
            .ok_or_else(|| unlisted(month.into())),
        (2, 0, 0) => Ok(Period::Year(whole_year)),
        (1, _, day) => Err(unlisted(day.into())),
        (2, month, _) => Err(unlisted(month.into())),
        (kind, _, _) => Err(unlisted(kind.into())),
    }
}

pub(super) fn read_closing(from: &mut Reader<'_>) -> Result<PeriodClosing, BodyError> {
    let closing = PeriodClosing {
        period: read_period(from)?,
        from_ms: from.i64()?,
        until_ms: from.i64()?,
        perpetual: read_perpetual(from)?,
        totals: read_totals(from)?,
    };
    if closing.from_ms < closing.until_ms {
        Ok(closing)
    } else {
        Err(BodyError::Order)
    }
}

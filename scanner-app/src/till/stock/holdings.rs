//! What a till holds, for its screen and its commands.

use std::collections::BTreeMap;

use rusqlite::Connection;
use serde::Serialize;
use shared::admission::Now;
use shared::clock::UnixMillis;
use shared::ids::{DeviceId, EventId, TypeNo};
use shared::lease::stock::MayNotSell;

use super::{Series, Stall, stall};
use crate::replica::ReplicaError;
use crate::replica::events::{self, EventNo};
use crate::replica::stock as kept;

const HOUR_MS: i64 = 3_600_000;

/// How many places of each type this till can sell now without asking.
pub fn unsold(
    connection: &Connection,
    event: EventId,
    now: Now,
) -> Result<BTreeMap<TypeNo, u32>, ReplicaError> {
    let mut unsold = BTreeMap::new();
    let Some((stall, _)) = stall(connection, event)? else {
        return Ok(unsold);
    };
    for sealed in kept::not_sold(connection, stall.event_no, None)? {
        let place = stall.place(connection, sealed.ticket)?;
        if place.may_be_sold(now).is_ok() {
            *unsold.entry(sealed.type_no).or_default() += 1;
        }
    }
    Ok(unsold)
}

/// How soon a till may sell no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EndsSoon {
    /// Within a day.
    WithinADay,
    /// Within an hour.
    WithinAnHour,
}

/// What this till holds of one type of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Holding {
    /// Of which event.
    pub event: EventId,
    /// The event's title, if its roster is here.
    pub event_name: Option<String>,
    /// Which type.
    pub type_no: TypeNo,
    /// The type's name, if the roster is here.
    pub type_name: Option<String>,
    /// The till's letters.
    pub series: Option<Series>,
    /// The leased price of the next one, with VAT, in the smallest unit.
    pub price_minor: Option<i64>,
    /// Its VAT rate; 550 = 5.5 %.
    pub vat_basis_points: Option<u32>,
    /// ISO 4217.
    pub currency: Option<String>,
    /// Places that it can sell now without asking.
    pub can_sell: u32,
    /// Of them, those at the price of the next one: they are sold before the others.
    pub at_price: u32,
    /// Places that it sold and that were leased to it.
    pub sold: u64,
    /// Places that it has and can't sell: their time is over, or they were taken back.
    pub stopped: u32,
    /// Places that nobody had when the server last said so.
    pub left: Option<u32>,
    /// When the last of its leases ends.
    pub ends_ms: Option<UnixMillis>,
    /// Whether to say so.
    pub ends_soon: Option<EndsSoon>,
    /// Of those that it can sell: how many another till handed over.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub lent_by: BTreeMap<DeviceId, u32>,
}

/// What this till holds, by event and type.
pub fn holdings(connection: &Connection, now: Now) -> Result<Vec<Holding>, ReplicaError> {
    let mut holdings = Vec::new();
    for (no, event) in events::all(connection)? {
        let Some((stall, _)) = stall(connection, event)? else {
            continue;
        };
        holdings.extend(of_event(connection, &stall, no, now)?);
    }
    Ok(holdings)
}

fn of_event(
    connection: &Connection,
    stall: &Stall,
    no: EventNo,
    now: Now,
) -> Result<Vec<Holding>, ReplicaError> {
    let on_sale = kept::on_sale(connection, no)?;
    let event_name = events::event_row(connection, no)?.map(|row| row.name);
    let names: BTreeMap<TypeNo, String> = events::ticket_types(connection, no)?
        .into_iter()
        .map(|row| (row.no, row.name))
        .collect();
    let mut by_type: BTreeMap<TypeNo, Holding> = BTreeMap::new();
    let holding = |type_no: TypeNo| Holding {
        event: stall.event,
        event_name: event_name.clone(),
        type_no,
        type_name: names.get(&type_no).cloned(),
        series: on_sale
            .as_ref()
            .map(|on_sale| Series(on_sale.series.clone())),
        price_minor: None,
        vat_basis_points: None,
        currency: on_sale.as_ref().map(|on_sale| on_sale.currency.clone()),
        can_sell: 0,
        at_price: 0,
        sold: 0,
        stopped: 0,
        left: None,
        ends_ms: None,
        ends_soon: None,
        lent_by: BTreeMap::new(),
    };
    for row in on_sale.iter().flat_map(|on_sale| &on_sale.types) {
        let of_type = by_type
            .entry(row.type_no)
            .or_insert_with(|| holding(row.type_no));
        of_type.left = Some(row.left);
    }
    for sealed in kept::not_sold(connection, no, None)? {
        let place = stall.place(connection, sealed.ticket)?;
        let of_type = by_type
            .entry(sealed.type_no)
            .or_insert_with(|| holding(sealed.type_no));
        match place.may_be_sold(now) {
            Ok(()) => {
                let next = (
                    *of_type.price_minor.get_or_insert(sealed.price_minor),
                    *of_type
                        .vat_basis_points
                        .get_or_insert(sealed.vat_basis_points),
                );
                let is_alike = next == (sealed.price_minor, sealed.vat_basis_points);
                if is_alike && of_type.at_price == of_type.can_sell {
                    of_type.at_price += 1;
                }
                of_type.can_sell += 1;
                if let Some(&lender) = place.trace.holders.iter().rev().nth(1) {
                    *of_type.lent_by.entry(lender).or_default() += 1;
                }
                let ends_ms = place.lease.as_ref().and_then(|lease| lease.ends_ms);
                of_type.ends_ms = of_type.ends_ms.max(ends_ms);
            }
            Err(MayNotSell::Over | MayNotSell::Stopped) => of_type.stopped += 1,
            Err(MayNotSell::NotHere | MayNotSell::Sold) => {}
        }
    }
    for (type_no, sold) in kept::sold(connection, no)? {
        let of_type = by_type.entry(type_no).or_insert_with(|| holding(type_no));
        of_type.sold = sold;
    }
    for of_type in by_type.values_mut() {
        of_type.ends_soon = of_type.ends_ms.and_then(|ends_ms| ends_soon(ends_ms, now));
    }
    Ok(by_type.into_values().collect())
}

fn ends_soon(ends_ms: UnixMillis, now: Now) -> Option<EndsSoon> {
    match ends_ms.saturating_sub(now.ms) {
        left if left <= HOUR_MS => Some(EndsSoon::WithinAnHour),
        left if left <= 24 * HOUR_MS => Some(EndsSoon::WithinADay),
        _ => None,
    }
}

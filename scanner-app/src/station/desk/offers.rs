//! What may be sold now, for the screen's keys.

use std::collections::BTreeMap;

use rusqlite::Connection;
use shared::admission::{Now, Rules, sentence};
use shared::ids::{DeviceId, EventId, TypeNo};
use shared::language::Language;
use shared::money::{Currency, Money};
use shared::roster::{EventMode, EventRow, TicketTypeRow};
use shared::wire::latest::StockType;

use super::codes;
use crate::replica::{ReplicaError, events, signed, stock as kept};
use crate::station::box_office::{Left, Offer, Show};
use crate::station::places;
use crate::till::stock::{Holding, holdings};

/// Whether the server is there, which sells from the common stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Common {
    /// It is.
    There,
    /// It is not: this till sells what it holds.
    Away,
}

/// Those whose list is here and that are neither over nor called off, by their beginning.
pub(crate) fn shows(
    connection: &Connection,
    now: Now,
    common: Common,
    language: Language,
) -> Result<Vec<Show>, ReplicaError> {
    let mut of_event: BTreeMap<EventId, Vec<Holding>> = BTreeMap::new();
    for holding in holdings(connection, now)? {
        of_event.entry(holding.event).or_default().push(holding);
    }
    let mut shows = Vec::new();
    for (event, held) in of_event {
        let Some(no) = events::number(connection, event)? else {
            continue;
        };
        let Some(row) = events::event_row(connection, no)? else {
            continue;
        };
        if row.cancelled || row.ends_ms <= now.ms {
            continue;
        }
        let types = events::ticket_types(connection, no)?;
        let on_sale = kept::on_sale(connection, no)?;
        let on_sale = on_sale.map_or_else(Vec::new, |on_sale| on_sale.types);
        let offers = held.iter().filter_map(|held| {
            let named = types.iter().find(|one| one.no == held.type_no);
            let last = on_sale.iter().find(|one| one.type_no == held.type_no);
            offer(held, named, (last, common))
        });
        let mut show = show(&row, offers.collect(), &held, now, language);
        show.lent = lent(connection, &held)?;
        shows.push((row.starts_ms, show));
    }
    shows.sort_by_key(|(starts_ms, _)| *starts_ms);
    Ok(shows.into_iter().map(|(_, show)| show).collect())
}

fn show(
    row: &EventRow,
    offers: Vec<Offer>,
    held: &[Holding],
    now: Now,
    language: Language,
) -> Show {
    let rules = Rules::new(row, &[], &[], &[]);
    let moment = |at_ms| sentence::moment(at_ms, language, &rules, now.ms);
    let ends = held.iter().filter(|held| held.ends_soon.is_some());
    Show {
        event: row.id,
        title: row.name.clone(),
        when: moment(row.starts_ms),
        today: places::is_today(row, now.ms),
        test: row.mode == EventMode::Test,
        stock_until: ends.filter_map(|held| held.ends_ms).min().map(moment),
        lent: Vec::new(),
        offers,
    }
}

/// The tills that lent what may be sold, and how many places each.
fn lent(connection: &Connection, held: &[Holding]) -> Result<Vec<(String, u32)>, ReplicaError> {
    let mut by: BTreeMap<DeviceId, u32> = BTreeMap::new();
    for (lender, places) in held.iter().flat_map(|held| &held.lent_by) {
        *by.entry(*lender).or_default() += places;
    }
    let mut lent = Vec::with_capacity(by.len());
    for (lender, places) in by {
        let row = signed::device(connection, lender)?;
        lent.push((
            row.map_or_else(|| lender.to_string(), |row| row.name),
            places,
        ));
    }
    Ok(lent)
}

/// A type that is on sale, or was when the server last said so, or of which this till has places. The common stock counts where
/// it is there and costs the same.
fn offer(
    held: &Holding,
    row: Option<&TicketTypeRow>,
    (last, common): (Option<&StockType>, Common),
) -> Option<Offer> {
    let currency = Currency::from_code(held.currency.as_deref()?)?;
    let own = held.price_minor.zip(held.vat_basis_points);
    let in_common = last.map(|last| (last.price_minor, last.vat_basis_points));
    let (price, vat) = own.or(in_common)?;
    let common = match common {
        Common::There => last.filter(|_| in_common == Some((price, vat))),
        Common::Away => None,
    };
    let price = Money::new(price, currency);
    // Rates hold as the server said them last, also without it.
    let rates = last.map(|said| said.rates(price));
    let reduced = rates.iter().flat_map(|rates| &rates.reduced);
    Some(Offer {
        group: rates.as_ref().and_then(|rates| rates.tariff.group),
        reduced: reduced
            .filter_map(|(reason, _)| {
                let (_, unit) = rates.as_ref()?.unit(*reason, 1)?;
                Some((codes::reduced_view(*reason)?, unit))
            })
            .collect(),
        type_no: held.type_no,
        name: row.map_or_else(|| name_of(held.type_no), |row| row.name.clone()),
        proof: row.and_then(|row| row.door_note.clone()),
        price,
        vat_bps: u16::try_from(vat).ok()?,
        left: Left {
            own: held.at_price,
            common: common.map(|common| common.left),
        },
    })
}

/// Until the list tells its name.
fn name_of(type_no: TypeNo) -> String {
    format!("n° {type_no}")
}

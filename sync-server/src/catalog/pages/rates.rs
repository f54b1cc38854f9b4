//! What can be bought of an event now, and what is chosen of it.

use shared::clock::UnixMillis;
use shared::language::Language;
use shared::price::{Asked as AskedOf, Priced, Reduction, Tariff, price};

use super::{money, price_in_words};
use crate::catalog::event::EventStatus;
use crate::catalog::event::page::{EventPage, EventPageType};
use crate::messages::when::{amount, date_and_time, percent};
use crate::web::store::Texts;

/// Places left are told from here on down; more says nothing to a buyer.
const FEW: u32 = 20;
/// Most people don't go alone.
const USUAL_PLACES: u32 = 2;

/// A ticket type as the page shows it.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    pub(super) no: u16,
    pub(super) name: String,
    pub(super) description: String,
    /// What is in the price, or why there is nothing to buy.
    pub(super) note: String,
    pub(super) price: String,
    /// Of as many places as are chosen.
    pub(super) sum: String,
    /// A code takes something off it.
    pub(super) is_reduced: bool,
    pub(super) is_open: bool,
}

/// What stands in the page's address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) type_no: Option<u16>,
    pub(crate) places: Option<u32>,
}

/// Type, number of places, and how many there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) type_no: u16,
    pub(super) places: u32,
    pub(super) most: u32,
}

/// Whether a type can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TypeSale {
    Open,
    Out,
    From(UnixMillis),
    Over,
}

fn type_sale(row: &EventPageType, now_ms: UnixMillis) -> TypeSale {
    match (row.sale_from_ms, row.sale_until_ms) {
        (Some(from_ms), _) if now_ms < from_ms => TypeSale::From(from_ms),
        (_, Some(until_ms)) if now_ms >= until_ms => TypeSale::Over,
        _ if row.remaining == 0 => TypeSale::Out,
        _ => TypeSale::Open,
    }
}

/// The types of an event that one can wait for now: sold out, while others of their kind would be on sale.
pub(crate) fn sold_out(event: &EventPage, now_ms: UnixMillis) -> Vec<&EventPageType> {
    if !event.waiting_list || event.status != EventStatus::Published || now_ms >= event.ends_ms {
        return Vec::new();
    }
    let is_out = |row: &&EventPageType| type_sale(row, now_ms) == TypeSale::Out;
    event.types.iter().filter(is_out).collect()
}

/// The choice that the page shows: what was asked, as far as it can be had. `Err`: nothing can, and the sentence why.
pub(super) fn choose(
    event: &EventPage,
    asked: Asked,
    now_ms: UnixMillis,
) -> Result<Chosen, &'static str> {
    match event.status {
        EventStatus::Cancelled => return Err("event-cancelled"),
        EventStatus::Archived => return Err("event-over"),
        EventStatus::Draft | EventStatus::Published => {}
    }
    if now_ms >= event.ends_ms {
        return Err("event-over");
    }
    let is_open = |row: &&EventPageType| type_sale(row, now_ms) == TypeSale::Open;
    let wanted = event
        .types
        .iter()
        .filter(is_open)
        .find(|row| Some(row.no.0) == asked.type_no);
    let Some(row) = wanted.or_else(|| event.types.iter().find(is_open)) else {
        let is_out = |row: &EventPageType| type_sale(row, now_ms) == TypeSale::Out;
        return Err(if event.types.iter().any(is_out) {
            "event-all-out"
        } else {
            "event-nothing"
        });
    };
    let most = row.max_per_order.min(row.remaining).max(1);
    let places = asked.places.unwrap_or(USUAL_PLACES).clamp(1, most);
    Ok(Chosen {
        type_no: row.no.0,
        places,
        most,
    })
}

/// All types, for so many places, less what a code takes off.
pub(super) fn rates(
    event: &EventPage,
    (places, reduction): (u32, Option<&Reduction>),
    language: Language,
    now_ms: UnixMillis,
) -> Vec<Rate> {
    let t = Texts::of(language);
    let rate = |row: &EventPageType| {
        let sale = type_sale(row, now_ms);
        let note = match sale {
            TypeSale::Open => open_note(row, t, language),
            TypeSale::Out => t.get("rate-out").into_owned(),
            TypeSale::From(at_ms) => {
                let date = date_and_time(at_ms, &event.time_zone, language);
                t.named("rate-later", "date", date)
            }
            TypeSale::Over => t.get("rate-over").into_owned(),
        };
        let sum = sum(row, places, reduction);
        Rate {
            no: row.no.0,
            name: row.name.clone(),
            description: row.description.clone(),
            note,
            price: price_in_words(row.price, t, language),
            is_reduced: sum.as_ref().is_some_and(|sum| sum.discount.minor > 0),
            sum: sum.map_or_else(String::new, |sum| {
                price_in_words(sum.total.into(), t, language)
            }),
            is_open: sale == TypeSale::Open,
        }
    };
    event.types.iter().map(rate).collect()
}

/// What is paid for so many; the full price where the code is not for them.
fn sum(row: &EventPageType, places: u32, reduction: Option<&Reduction>) -> Option<Priced> {
    let unit = money(row.price);
    let asked = [AskedOf {
        type_no: row.no,
        quantity: places,
        tariff: Tariff::single(unit),
    }];
    let of = |reduction| price(unit.currency, &asked, reduction).ok();
    of(reduction).or_else(|| of(None))
}

fn open_note(row: &EventPageType, t: Texts, language: Language) -> String {
    let price = if row.price.minor == 0 {
        None
    } else if row.vat.minor == 0 {
        Some(t.get("rate-price").into_owned())
    } else {
        let vat = amount(money(row.vat), language);
        let rate = percent(row.vat_basis_points, language);
        Some(t.with("rate-vat", &[("vat", &vat), ("rate", &rate)]))
    };
    let left = (row.remaining <= FEW).then(|| t.count("rate-left", row.remaining));
    let parts: Vec<String> = left.into_iter().chain(price).collect();
    parts.join(" · ")
}

//! What can be bought of an event now, and what is chosen of it.

use shared::clock::UnixMillis;
use shared::language::Language;
use shared::price::{Asked, Group, Priced, Reduction, Tariff, price};

use super::wish::Wish;
use super::{money, price_in_words};
use crate::catalog::event::EventStatus;
use crate::catalog::event::page::{EventPage, EventPageType};
use crate::messages::when::{amount, date_and_time, percent};
use crate::web::store::Texts;

/// Places left are told from here on down; more says nothing to a buyer.
const FEW: u32 = 20;
/// In one list to choose from.
const MOST_OF_AN_EXTRA: u32 = 20;
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

/// Type, number of places, and how many there can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) type_no: u16,
    pub(super) places: u32,
    pub(super) least: u32,
    pub(super) most: u32,
}

/// A type that goes with others, and how many of it can be taken.
#[derive(Clone, Debug)]
pub(super) struct Extra {
    pub(super) no: u16,
    pub(super) name: String,
    pub(super) description: String,
    pub(super) note: String,
    pub(super) price: String,
    /// Each number with whether it is chosen.
    pub(super) counts: Vec<(u32, bool)>,
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
        _ if row.remaining < row.min_per_order => TypeSale::Out,
        _ => TypeSale::Open,
    }
}

/// The types of an event that one can wait for now: sold out, while others of their kind would be on sale.
pub(crate) fn sold_out(event: &EventPage, now_ms: UnixMillis) -> Vec<&EventPageType> {
    if !event.waiting_list || event.status != EventStatus::Published || now_ms >= event.ends_ms {
        return Vec::new();
    }
    // What goes only with another type is not waited for: it could not be had alone.
    let is_out = |row: &&EventPageType| !row.needs_other && type_sale(row, now_ms) == TypeSale::Out;
    event.types.iter().filter(is_out).collect()
}

/// The choice that the page shows: what was asked, as far as it can be had. `Err`: nothing can, and the sentence why.
pub(super) fn choose(
    event: &EventPage,
    wish: &Wish,
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
    let alone = || event.shown_to(&wish.code).filter(|row| !row.needs_other);
    let is_open = |row: &&EventPageType| type_sale(row, now_ms) == TypeSale::Open;
    let wanted = alone()
        .filter(is_open)
        .find(|row| Some(row.no.0) == wish.type_no);
    let Some(row) = wanted.or_else(|| alone().find(is_open)) else {
        let is_out = |row: &EventPageType| type_sale(row, now_ms) == TypeSale::Out;
        return Err(if alone().any(is_out) {
            "event-all-out"
        } else {
            "event-nothing"
        });
    };
    let least = row.min_per_order.max(1);
    let most = row.max_per_order.min(row.remaining).max(least);
    let places = wish.places.unwrap_or(USUAL_PLACES).clamp(least, most);
    Ok(Chosen {
        type_no: row.no.0,
        places,
        least,
        most,
    })
}

/// All types that stand by themselves, for so many places, with what goes with them, less what a code takes off.
pub(super) fn rates(
    event: &EventPage,
    wish: &Wish,
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
        let sum = sum(event, wish, (row, places), reduction, now_ms);
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
    let alone = event.shown_to(&wish.code).filter(|row| !row.needs_other);
    alone.map(rate).collect()
}

/// What can be taken with them now.
pub(super) fn extras(
    event: &EventPage,
    wish: &Wish,
    language: Language,
    now_ms: UnixMillis,
) -> Vec<Extra> {
    let t = Texts::of(language);
    let extra = |(row, counts, chosen): (&EventPageType, Vec<u32>, u32)| Extra {
        no: row.no.0,
        name: row.name.clone(),
        description: row.description.clone(),
        note: open_note(row, t, language),
        price: price_in_words(row.price, t, language),
        counts: counts
            .into_iter()
            .map(|count| (count, count == chosen))
            .collect(),
    };
    open_extras(event, wish, now_ms).map(extra).collect()
}

/// Each with the numbers that can be chosen, and the one that is.
fn open_extras<'a>(
    event: &'a EventPage,
    wish: &'a Wish,
    now_ms: UnixMillis,
) -> impl Iterator<Item = (&'a EventPageType, Vec<u32>, u32)> {
    let open = event
        .shown_to(&wish.code)
        .filter(move |row| row.needs_other && type_sale(row, now_ms) == TypeSale::Open);
    open.map(|row| {
        let most = row.max_per_order.min(row.remaining).min(MOST_OF_AN_EXTRA);
        let counts: Vec<u32> = std::iter::once(0).chain(row.min_per_order..=most).collect();
        let chosen = wish.extra(row.no.0);
        let chosen = counts.iter().copied().find(|count| *count == chosen);
        (row, counts, chosen.unwrap_or(0))
    })
}

/// What is paid for so many with their extras; the full price where the code is not for them.
fn sum(
    event: &EventPage,
    wish: &Wish,
    (row, places): (&EventPageType, u32),
    reduction: Option<&Reduction>,
    now_ms: UnixMillis,
) -> Option<Priced> {
    let asked = |row: &EventPageType, quantity| Asked {
        type_no: row.no,
        quantity,
        tariff: tariff(row),
    };
    let extras = open_extras(event, wish, now_ms)
        .filter(|(_, _, chosen)| *chosen > 0)
        .map(|(row, _, chosen)| asked(row, chosen));
    let asked: Vec<Asked> = std::iter::once(asked(row, places)).chain(extras).collect();
    let currency = money(row.price).currency;
    let of = |reduction| price(currency, &asked, reduction).ok();
    of(reduction).or_else(|| of(None))
}

fn tariff(row: &EventPageType) -> Tariff {
    Tariff {
        unit: money(row.price),
        group: row.group.map(|group| Group {
            from: group.from,
            unit: money(group.price),
        }),
    }
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
    let least = (row.min_per_order > 1).then(|| t.count("rate-least", row.min_per_order));
    let group = row.group.map(|group| {
        let unit = price_in_words(group.price, t, language);
        t.with("rate-group", &[("from", &group.from), ("price", &unit)])
    });
    let parts: Vec<String> = [left, least, group, price].into_iter().flatten().collect();
    parts.join(" · ")
}

//! Reduced rates at tills: for each type, what a place costs for a reason.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use shared::fact::till::PriceReason;
use shared::ids::{EventId, TypeNo};
use shared::money::{Currency, Money};

use super::desk::{Desk, Office};
use super::fields::{Field, Wrong};
use super::page::{Here, OfficePage, shown};
use super::wizard::cents;
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::rates::{self, Rate, ReplaceRatesError};
use crate::catalog::ticket_types::{TicketTypeWithStock, types_of};
use crate::messages::when::amount;
use crate::web::{ApiError, Form, Path};

#[derive(Template)]
#[template(path = "office/rates.html")]
struct RatesHtml {
    page: OfficePage,
    back: String,
    action: String,
    told: Option<String>,
    problem: Option<String>,
    types: Vec<TypeHtml>,
}

struct TypeHtml {
    name: String,
    /// Its price, and the group's.
    price: String,
    /// It has a rate, or is the only one: nobody looks through eight fields of each for nothing.
    is_open: bool,
    fields: Vec<Field>,
}

/// What was typed, by the field's name.
type Typed = BTreeMap<String, String>;

fn name(type_no: TypeNo, reason: PriceReason) -> String {
    format!("{}-{type_no}", reason.code())
}

fn no_of(row: &TicketTypeWithStock) -> TypeNo {
    let no = row.details.no.and_then(|no| u16::try_from(no).ok());
    TypeNo(no.unwrap_or(0))
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let mut connection = app.pool.acquire().await?;
    let of = (office.organizer.id, event.id);
    let rates = rates::rates_of(&mut connection, of).await?;
    let types = types_of(&mut connection, of).await?;
    let typed = rates.into_iter().map(|rate| {
        let price = rate.price_minor;
        let price = format!("{},{:02}", price / 100, price % 100);
        (name(rate.type_no, rate.reason), price)
    });
    page(
        &office,
        &event,
        &types,
        (&typed.collect(), None, &Wrong::default()),
    )
}

pub(super) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(typed): Form<Typed>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let of = (office.organizer.id, event.id);
    let mut connection = app.pool.acquire().await?;
    let types = types_of(&mut connection, of).await?;
    drop(connection);
    let t = office.desk.t;
    let (mut wrong, mut rates) = (Wrong::default(), Vec::new());
    for row in &types {
        for reason in PriceReason::REDUCED {
            let field = name(no_of(row), reason);
            let text = typed.get(&field).map_or("", |text| text.trim());
            match cents(text) {
                _ if text.is_empty() => {}
                Some(price_minor) => rates.push(Rate {
                    type_no: no_of(row),
                    reason,
                    price_minor,
                }),
                None => wrong.add(field, t.get("office-wrong-amount")),
            }
        }
    }
    if wrong.is_empty() {
        match rates::replace(&app, of, &rates).await {
            Ok(()) => {
                let told = Some(t.get("office-rates-saved").into_owned());
                return page(&office, &event, &types, (&typed, told, &wrong));
            }
            Err(ReplaceRatesError::Wrong(found)) => {
                for (at, _) in found {
                    let rate = &rates[at];
                    wrong.add(name(rate.type_no, rate.reason), t.get("office-rates-wrong"));
                }
            }
            Err(error @ ReplaceRatesError::Database(_)) => return Err(error.into()),
        }
    }
    page(&office, &event, &types, (&typed, None, &wrong))
}

fn page(
    office: &Office,
    event: &EventPage,
    types: &[TicketTypeWithStock],
    (typed, told, wrong): (&Typed, Option<String>, &Wrong),
) -> Result<Response, ApiError> {
    let (language, t) = (office.desk.language, office.desk.t);
    let path = format!("/events/{}/rates", event.id);
    let currency = Currency::from_code(&event.currency).unwrap_or(Currency::Eur);
    let money = |minor: Option<i64>| amount(Money::new(minor.unwrap_or(0), currency), language);
    let status = wrong.status();
    let only_one = types.len() == 1;
    let types = types.iter().map(|row| {
        let details = &row.details;
        let price = money(details.price_minor);
        let is_typed = |reason: &PriceReason| {
            let text = typed.get(&name(no_of(row), *reason));
            text.is_some_and(|text| !text.trim().is_empty())
        };
        let field = |reason: PriceReason| {
            let key = name(no_of(row), reason);
            let label = t.get(&format!("rates-reason-{}", reason.code()));
            let value = typed.get(&key).map_or("", String::as_str);
            Field::line(&key, label, value)
                .optional()
                .half()
                .told(wrong)
        };
        TypeHtml {
            name: details.name.clone(),
            price: match details.group_from {
                Some(from) => t.with(
                    "office-rates-group",
                    &[
                        ("price", &price),
                        ("from", &from),
                        ("group", &money(details.group_price_minor)),
                    ],
                ),
                None => t.named("office-rates-price", "price", price),
            },
            is_open: only_one || PriceReason::REDUCED.iter().any(is_typed),
            fields: PriceReason::REDUCED.into_iter().map(field).collect(),
        }
    });
    shown(
        status,
        &RatesHtml {
            page: office.page(
                Here::Events,
                t.named("office-rates-of", "title", &event.title),
                &path,
            ),
            back: office.at(format_args!("/events/{}", event.id)),
            action: office.at(&path),
            told,
            problem: wrong.counted(t),
            types: types.collect(),
        },
    )
}

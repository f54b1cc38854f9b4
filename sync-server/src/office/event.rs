//! An event at a glance: where it stands, what is sold, and where to go from here.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::EventId;
use shared::money::{Currency, Money};

use super::desk::{Desk, Office};
use super::events::{Badge, badge};
use super::page::{Here, OfficePage, shown};
use super::words::{number, share};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::catalog::event::{EventStatus, sales_of};
use crate::catalog::ticket_types::{TicketTypeWithStock, types_of};
use crate::messages::when::{amount, date_and_time};
use crate::payments::takings::takings_of;
use crate::web::artwork::picture_of;
use crate::web::store::Link;
use crate::web::{ApiError, Path};

#[derive(Template)]
#[template(path = "office/event.html")]
struct EventHtml {
    page: OfficePage,
    when: String,
    place: String,
    picture: String,
    status: Badge,
    sold: String,
    quota: String,
    part: i64,
    share: Option<String>,
    taken: String,
    /// Less the platform's share.
    kept: String,
    types: Vec<TypeLine>,
    /// What can be seen of it.
    see: Vec<Link>,
    /// What can be changed of it.
    change: Vec<Link>,
    /// Where a copy of it is begun.
    copy: Option<String>,
    /// The step that a draft waits at.
    go_on: Option<Link>,
    cancel: Option<Link>,
}

struct TypeLine {
    name: String,
    price: String,
    sold: String,
    held: String,
    quota: String,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    let of = (office.organizer.id, event.id);
    let mut connection = app.pool.acquire().await?;
    let sales = sales_of(&mut connection, of.0, &[event.id]).await?;
    let takings = takings_of(&mut connection, of.0, &[event.id]).await?;
    let types = types_of(&mut connection, of).await?;
    drop(connection);
    let (language, t) = (office.desk.language, office.desk.t);
    let (sold, quota) = sales
        .first()
        .map_or((0, 0), |sales| (sales.sold, sales.quota));
    let nothing = Money::new(
        0,
        Currency::from_code(&event.currency).unwrap_or(Currency::Eur),
    );
    let (taken, kept) = takings
        .first()
        .map_or((nothing, nothing), |takings| (takings.taken, takings.kept));
    let page = EventHtml {
        page: office.page(
            Here::Events,
            &event.title,
            format_args!("/events/{}", event.id),
        ),
        when: date_and_time(event.starts_ms, &event.time_zone, language),
        place: format!("{}, {}", event.venue.name, event.venue.city),
        picture: picture_of(&event),
        status: badge(event.status, event.ends_ms <= app.now_ms(), t),
        sold: number(sold, language),
        quota: number(quota, language),
        part: sold * 100 / quota.max(1),
        share: share(sold, quota, language),
        taken: amount(taken, language),
        kept: amount(kept, language),
        types: types
            .iter()
            .map(|row| type_line(row, &event, &office))
            .collect(),
        see: see(&office, &event),
        change: change(&office, &event),
        copy: office
            .may(Right::EditEvents)
            .then(|| office.at(format_args!("/events/{}/copy", event.id))),
        go_on: go_on(&office, &event),
        cancel: cancel_link(&office, &event),
    };
    shown(StatusCode::OK, &page)
}

fn type_line(row: &TicketTypeWithStock, event: &EventPage, office: &Office) -> TypeLine {
    let language = office.desk.language;
    let details = &row.details;
    let currency = Currency::from_code(&event.currency).unwrap_or(Currency::Eur);
    let price = Money::new(details.price_minor.unwrap_or_default(), currency);
    TypeLine {
        name: details.name.clone(),
        price: amount(price, language),
        sold: number(row.sold.into(), language),
        held: number(row.held.into(), language),
        quota: number(details.quota.unwrap_or_default(), language),
    }
}

fn link(office: &Office, path: impl std::fmt::Display, key: &str) -> Link {
    Link {
        path: office.at(path),
        label: office.desk.t.get(key).into_owned(),
    }
}

fn see(office: &Office, event: &EventPage) -> Vec<Link> {
    let id = event.id;
    let mut see = vec![
        link(
            office,
            format_args!("/events/{id}/attendance"),
            "office-attendance",
        ),
        link(office, format_args!("/events/{id}/alerts"), "office-alerts"),
        link(office, format_args!("/events/{id}/takings"), "takings"),
        link(office, format_args!("/events/{id}/line"), "office-line"),
        link(office, format_args!("/events/{id}/leases"), "office-leases"),
    ];
    if office.may(Right::ReadOrders) {
        let path = format_args!("/{}/orders?event={id}", office.organizer.id);
        see.push(link(office, path, "office-orders"));
    }
    see.push(Link {
        path: format!("/{}/events/{id}", office.desk.language),
        label: office.desk.t.get("office-see-page").into_owned(),
    });
    see
}

fn change(office: &Office, event: &EventPage) -> Vec<Link> {
    let is_open = match event.status {
        EventStatus::Draft | EventStatus::Published => true,
        EventStatus::Cancelled | EventStatus::Archived => false,
    };
    if !is_open || !office.may(Right::EditEvents) {
        return Vec::new();
    }
    let at = |word: &str, key| link(office, format_args!("/events/{}/{word}", event.id), key);
    vec![
        at("what", "office-step-what"),
        at("place", "office-step-place"),
        at("prices", "office-step-prices"),
        at("rates", "office-rates"),
        at("doors", "office-doors-of-event"),
        link(
            office,
            format_args!("/{}/codes?event={}", office.organizer.id, event.id),
            "office-codes",
        ),
        at("terms", "office-terms"),
    ]
}

fn go_on(office: &Office, event: &EventPage) -> Option<Link> {
    let is_draft = event.status == EventStatus::Draft && office.may(Right::EditEvents);
    let word = if event.all_types().next().is_none() {
        "prices"
    } else {
        "publish"
    };
    let path = format_args!("/events/{}/{word}", event.id);
    is_draft.then(|| link(office, path, "office-go-on"))
}

fn cancel_link(office: &Office, event: &EventPage) -> Option<Link> {
    let key = match event.status {
        EventStatus::Draft => "office-throw-away",
        EventStatus::Published => "office-cancel",
        EventStatus::Cancelled | EventStatus::Archived => return None,
    };
    let path = format_args!("/events/{}/cancel", event.id);
    office
        .may(Right::EditEvents)
        .then(|| link(office, path, key))
}

//! An organizer's events: where each stands, how much of it is sold, what it took.

use std::collections::HashMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::{EventId, OrganizerId};
use shared::money::{Currency, Money};
use sqlx::PgConnection;

use super::desk::{Desk, Office};
use super::page::{Here, OfficePage, shown};
use super::wizard::draft;
use super::words::number;
use crate::accounts::Right;
use crate::accounts::pages::encode;
use crate::app::App;
use crate::catalog::event::{EventSales, EventStatus, sales_of};
use crate::catalog::search::{self, EventSummary};
use crate::messages::when::{amount, date_and_time};
use crate::payments::takings::takings_of;
use crate::web::artwork::picture;
use crate::web::store::Texts;
use crate::web::{ApiError, Path, Query};

#[derive(Template)]
#[template(path = "office/events.html")]
struct EventsHtml {
    page: OfficePage,
    /// Where a new one is begun, for whoever may.
    begin: Option<String>,
    /// Begun, and not made yet.
    drafts: Vec<Draft>,
    lines: Vec<Line>,
    more: Option<String>,
}

struct Draft {
    path: String,
    /// Empty where it was not said yet.
    title: String,
}

struct Line {
    path: String,
    picture: String,
    title: String,
    when: String,
    place: String,
    status: Badge,
    /// `1 389 / 1 400`; none where nothing is for sale.
    sold: Option<String>,
    /// Of a hundred.
    part: i64,
    taken: Option<String>,
}

/// What is said of an event's status, and how.
#[derive(Clone, Debug)]
pub(super) struct Badge {
    pub(super) word: String,
    /// A class of `.badge`.
    pub(super) look: &'static str,
}

#[derive(Deserialize)]
pub(super) struct FromCursor {
    cursor: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Query(query): Query<FromCursor>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::ReadFigures).await?;
    let mut connection = app.pool.acquire().await?;
    let cursor = query.cursor.as_deref();
    let found = search::events_of(&mut connection, organizer, cursor).await?;
    let figures = Figures::read(&mut connection, organizer, &found.events).await?;
    let drafts = if office.may(Right::EditEvents) && query.cursor.is_none() {
        draft::list(&mut connection, organizer).await?
    } else {
        Vec::new()
    };
    let drafts = drafts.into_iter().map(|(id, title)| Draft {
        path: office.at(format_args!("/events/{id}/what")),
        title,
    });
    let lines = found.events.iter();
    let lines = lines.map(|event| line(&office, event, &figures, app.now_ms()));
    let title = office.desk.t.get("office-events");
    let page = EventsHtml {
        page: office.page(Here::Events, title, format_args!("/{organizer}")),
        begin: office.may(Right::EditEvents).then(|| office.own("/new")),
        drafts: drafts.collect(),
        lines: lines.collect(),
        more: found
            .cursor
            .map(|cursor| office.own(format_args!("?cursor={}", encode(&cursor)))),
    };
    shown(StatusCode::OK, &page)
}

struct Figures {
    sales: HashMap<EventId, EventSales>,
    taken: HashMap<EventId, Money>,
}

impl Figures {
    async fn read(
        conn: &mut PgConnection,
        organizer: OrganizerId,
        events: &[EventSummary],
    ) -> Result<Self, sqlx::Error> {
        let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
        let sales = sales_of(conn, organizer, &ids).await?;
        let takings = takings_of(conn, organizer, &ids).await?;
        Ok(Self {
            sales: sales
                .into_iter()
                .map(|sales| (sales.event, sales))
                .collect(),
            taken: takings
                .into_iter()
                .map(|takings| (takings.event, takings.taken))
                .collect(),
        })
    }
}

fn line(office: &Office, event: &EventSummary, figures: &Figures, now_ms: i64) -> Line {
    let (language, t) = (office.desk.language, office.desk.t);
    let sales = figures.sales.get(&event.id);
    let nothing = event.price_from.and_then(|price| {
        let currency = Currency::from_code(price.currency)?;
        Some(Money::new(0, currency))
    });
    let taken = figures.taken.get(&event.id).copied().or(nothing);
    let status = EventStatus::WORDS.into_iter();
    let status = status.filter(|(word, _)| *word == event.status);
    let status = status.map(|(_, status)| status).next();
    Line {
        path: office.at(format_args!("/events/{}", event.id)),
        picture: picture(event.image_url.as_deref(), &event.artwork_url),
        title: event.title.clone(),
        when: date_and_time(event.starts_ms, &event.time_zone, language),
        place: format!("{}, {}", event.venue, event.city),
        status: badge(
            status.unwrap_or(EventStatus::Draft),
            event.ends_ms <= now_ms,
            t,
        ),
        sold: sales.map(|sales| {
            let (sold, quota) = (number(sales.sold, language), number(sales.quota, language));
            format!("{sold}\u{a0}/\u{a0}{quota}")
        }),
        part: sales.map_or(0, |sales| sales.sold * 100 / sales.quota.max(1)),
        taken: taken.map(|taken| amount(taken, language)),
    }
}

/// Of an event's status.
pub(super) fn badge(status: EventStatus, is_over: bool, t: Texts) -> Badge {
    let (key, look) = match status {
        EventStatus::Draft => ("office-status-draft", "badge-wait"),
        EventStatus::Published if is_over => ("office-status-over", "badge-line"),
        EventStatus::Published => ("office-status-published", "badge-ok"),
        EventStatus::Cancelled => ("office-status-cancelled", "badge-no"),
        EventStatus::Archived => ("office-status-archived", "badge-line"),
    };
    Badge {
        word: t.get(key).into_owned(),
        look,
    }
}

//! Who waits for places of an event: how many, since when, what is offered. No addresses: they are the waiting list's alone.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::EventId;

use super::desk::Desk;
use super::page::{Here, OfficePage, shown};
use super::words::number;
use crate::accounts::Right;
use crate::app::App;
use crate::messages::when::date_and_time;
use crate::orders::waiting_list::{InLine, in_line};
use crate::web::{ApiError, Path};

#[derive(Template)]
#[template(path = "office/line.html")]
struct LineHtml {
    page: OfficePage,
    back: String,
    lines: Vec<Row>,
}

struct Row {
    name: String,
    people: String,
    places: String,
    oldest: Option<String>,
    offers: String,
    until: Option<String>,
    taken: String,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    let lines = in_line(&app.pool, (office.organizer.id, event.id)).await?;
    let (language, t) = (office.desk.language, office.desk.t);
    let at = |ms: Option<i64>| ms.map(|ms| date_and_time(ms, &event.time_zone, language));
    let row = |line: InLine| Row {
        name: line.name,
        people: number(line.people, language),
        places: number(line.places, language),
        oldest: at(line.oldest_ms),
        offers: number(line.offers, language),
        until: at(line.until_ms),
        taken: number(line.taken, language),
    };
    let page = LineHtml {
        page: office.page(
            Here::Events,
            t.named("office-line-of", "title", &event.title),
            format_args!("/events/{}/line", event.id),
        ),
        back: office.at(format_args!("/events/{}", event.id)),
        lines: lines.into_iter().map(row).collect(),
    };
    shown(StatusCode::OK, &page)
}

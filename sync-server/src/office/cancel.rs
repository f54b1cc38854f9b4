//! Calling an event off, or throwing a draft away, after it was said what that means.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::EventId;

use super::desk::Desk;
use super::page::{Here, OfficePage, on_to, shown};
use super::words::number;
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::api::changed;
use crate::catalog::event::{self, EventStatus, sales_of};
use crate::web::{ApiError, Path};

#[derive(Template)]
#[template(path = "office/cancel.html")]
struct CancelHtml {
    page: OfficePage,
    /// What happens.
    lines: Vec<String>,
    action: String,
    button: String,
    back: String,
}

/// What calling it off means, before it is done.
pub(super) async fn ask(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let mut connection = app.pool.acquire().await?;
    let sales = sales_of(&mut connection, office.organizer.id, &[event.id]).await?;
    drop(connection);
    let (language, t) = (office.desk.language, office.desk.t);
    let sold = sales.first().map_or(0, |sales| sales.sold);
    let back = office.at(format_args!("/events/{}", event.id));
    let (title, lines, button) = match event.status {
        EventStatus::Draft => (
            "office-throw-away",
            vec![t.get("office-throw-away-means").into_owned()],
            "office-throw-away",
        ),
        EventStatus::Published => (
            "office-cancel",
            vec![
                t.get("office-cancel-means").into_owned(),
                t.named("office-cancel-sold", "count", number(sold, language)),
                t.get("office-cancel-forever").into_owned(),
            ],
            "office-cancel-now",
        ),
        EventStatus::Cancelled | EventStatus::Archived => return Ok(on_to(&back)),
    };
    let path = format_args!("/events/{}/cancel", event.id);
    let action = t.get(title);
    let title = t.with(
        "office-cancel-title",
        &[("action", &action), ("title", &event.title)],
    );
    let page = CancelHtml {
        action: office.at(path),
        page: office.page(Here::Events, title, path),
        lines,
        button: t.get(button).into_owned(),
        back,
    };
    shown(StatusCode::OK, &page)
}

pub(super) async fn cancel(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let of = (office.organizer.id, event.id);
    event::remove(&app.pool, of, app.now_ms()).await?;
    changed(&app, event.id).await;
    Ok(on_to(&match event.status {
        EventStatus::Draft => office.own(""),
        EventStatus::Published | EventStatus::Cancelled | EventStatus::Archived => {
            office.at(format_args!("/events/{}", event.id))
        }
    }))
}

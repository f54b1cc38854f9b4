//! Who is in, who was turned away, what the doors noted: the numbers of `GET /api/v1/events/{event}/attendance`, in parts.
//!
//! With scripts the figures follow what happens; without, the page asks again by itself.

mod chart;
mod csv;
mod figures;
mod live;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use shared::ids::EventId;

pub(super) use self::figures::AlertLine;
use self::figures::FiguresHtml;
use super::desk::{Desk, Office};
use super::page::{Here, OfficePage, shown};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::messages::when::date_and_time;
use crate::web::{ApiError, Path};

/// Below `at`, which is the address of the office in a language.
pub(super) fn router(at: impl Fn(&str) -> String) -> Router<App> {
    Router::new()
        .route(&at("/events/{event}/attendance"), get(show))
        .route(&at("/events/{event}/attendance/live"), get(live::listen))
        .route(&at("/events/{event}/attendance.csv"), get(csv::download))
}

#[derive(Template)]
#[template(path = "office/attendance.html")]
struct AttendanceHtml {
    page: OfficePage,
    when: String,
    place: String,
    event: String,
    listen: String,
    download: String,
    figures: FiguresHtml,
}

async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    let figures = FiguresHtml::read(&app, &office, &event).await?;
    shown(StatusCode::OK, &page(&office, &event, figures))
}

fn page(office: &Office, event: &EventPage, figures: FiguresHtml) -> AttendanceHtml {
    let path = format!("/events/{}/attendance", event.id);
    AttendanceHtml {
        page: office.page(
            Here::Events,
            office
                .desk
                .t
                .named("office-attendance-of", "title", &event.title),
            &path,
        ),
        when: date_and_time(event.doors_ms, &event.time_zone, office.desk.language),
        place: format!("{}, {}", event.venue.name, event.venue.city),
        event: office.at(format_args!("/events/{}", event.id)),
        listen: office.at(format_args!("{path}/live")),
        download: office.at(format_args!("{path}.csv")),
        figures,
    }
}

//! An event's gates and entry windows.

mod gates;
mod windows;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use shared::ids::{EventId, OrganizerId};

use self::gates::GateHtml;
use self::windows::WindowHtml;
use super::desk::{Desk, Office};
use super::fields::{Sent, Wrong};
use super::page::{Here, OfficePage, on_to, shown};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::api::changed;
use crate::catalog::event::page::EventPage;
use crate::catalog::gates::{GateRequest, free_number as free_gate, gates_of};
use crate::catalog::windows::{WindowRequest, free_number as free_window, windows_of};
use crate::web::{ApiError, Form, Path};

#[derive(Template)]
#[template(path = "office/doors.html")]
struct DoorsHtml {
    page: OfficePage,
    back: String,
    action: String,
    problem: Option<String>,
    gates: Vec<GateHtml>,
    windows: Vec<WindowHtml>,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let there = There::read(&app, &event).await?;
    page(&office, &event, &there, &Wrong::default())
}

/// Gates and windows of an event, with the numbers for new ones.
struct There {
    of: (OrganizerId, EventId),
    gates: Vec<GateRequest>,
    windows: Vec<WindowRequest>,
    free_gate: i64,
    free_window: i64,
}

impl There {
    async fn read(app: &App, event: &EventPage) -> Result<Self, sqlx::Error> {
        let of = (event.organizer.id, event.id);
        let mut connection = app.pool.acquire().await?;
        Ok(Self {
            of,
            gates: gates_of(&mut connection, of).await?,
            windows: windows_of(&mut connection, of).await?,
            free_gate: free_gate(&mut connection, of).await?.0.into(),
            free_window: free_window(&mut connection, of).await?.0.into(),
        })
    }
}

pub(super) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let mut there = There::read(&app, &event).await?;
    let sent = Sent::new(pairs);
    let mut wrong = Wrong::default();
    let no: i64 = sent.first("no").parse().unwrap_or_default();
    match sent.first("do") {
        "gate" => gates::save(&app, &office, &mut there, (no, &sent), &mut wrong).await?,
        "window" => {
            windows::save(&app, &office, (&event, &mut there), (no, &sent), &mut wrong).await?;
        }
        "delete-gate" => gates::delete(&app, &office, &there, no, &mut wrong).await?,
        "delete-window" => windows::delete(&app, &office, &there, no, &mut wrong).await?,
        _ => return Err(ApiError::not_found("action")),
    }
    if !wrong.is_empty() {
        return page(&office, &event, &there, &wrong);
    }
    changed(&app, event.id).await;
    Ok(on_to(
        &office.at(format_args!("/events/{}/doors", event.id)),
    ))
}

fn page(
    office: &Office,
    event: &EventPage,
    there: &There,
    wrong: &Wrong,
) -> Result<Response, ApiError> {
    let t = office.desk.t;
    let path = format!("/events/{}/doors", event.id);
    let has_gate = |no| there.gates.iter().any(|gate| gate.no == Some(no));
    let has_window = |no| there.windows.iter().any(|window| window.no == Some(no));
    let new_gate = (!has_gate(there.free_gate)).then(|| GateRequest {
        no: Some(there.free_gate),
        ..GateRequest::default()
    });
    let new_window = (!has_window(there.free_window)).then(|| WindowRequest {
        no: Some(there.free_window),
        ..WindowRequest::default()
    });
    let html = DoorsHtml {
        page: office.page(
            Here::Events,
            t.named("office-doors-of", "title", &event.title),
            &path,
        ),
        back: office.at(format_args!("/events/{}", event.id)),
        action: office.at(&path),
        problem: wrong.counted(t),
        gates: there
            .gates
            .iter()
            .chain(&new_gate)
            .map(|gate| gates::shown(office, event, there, gate, wrong))
            .collect(),
        windows: there
            .windows
            .iter()
            .chain(&new_window)
            .map(|window| windows::shown(office, event, there, window, wrong))
            .collect(),
    };
    let status = wrong.status();
    shown(status, &html)
}

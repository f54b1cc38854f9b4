//! Places lent to tills: who holds what, and what to do about a till that doesn't answer.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::{DeviceId, EventId, TypeNo};
use shared::language::Language;

use super::desk::{Desk, Office};
use super::fields::{Field, Wrong};
use super::page::{Here, OfficePage, on_to, shown};
use super::words::number;
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::event::page::EventPage;
use crate::door::stock::{
    ActError, LeaseRow, WriteOffRequest, leases_of_event, take_back, write_off,
};
use crate::messages::when::date_and_time;
use crate::web::store::Texts;
use crate::web::{ApiError, Form, Path};

#[derive(Template)]
#[template(path = "office/leases.html")]
struct LeasesHtml {
    page: OfficePage,
    back: String,
    action: String,
    problem: Option<String>,
    tills: Vec<TillHtml>,
    may_act: bool,
}

struct TillHtml {
    id: DeviceId,
    name: String,
    series: Option<String>,
    /// Revoked or lost.
    gone: Option<String>,
    seen: String,
    ends: String,
    rows: Vec<RowHtml>,
    can_be_stopped: bool,
}

struct RowHtml {
    name: String,
    unsold: String,
    sold: String,
    returned: String,
    /// What became of the unsold ones.
    state: Vec<String>,
    /// Where those that are not written off are, if there are any.
    write_off: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    page(&app, &office, &event, None).await
}

#[derive(Debug, Deserialize)]
pub(super) struct StopForm {
    till: DeviceId,
}

/// Ends further sale at a till that doesn't answer.
pub(super) async fn stop(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(form): Form<StopForm>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ManageDevices).await?;
    let of = (office.organizer.id, event.id);
    match take_back(&app, of, form.till).await {
        Ok(()) => Ok(on_to(
            &office.at(format_args!("/events/{}/leases", event.id)),
        )),
        Err(ActError::NothingLent) => {
            let problem = office.desk.t.get("office-lease-nothing").into_owned();
            page(&app, &office, &event, Some(problem)).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn page(
    app: &App,
    office: &Office,
    event: &EventPage,
    problem: Option<String>,
) -> Result<Response, ApiError> {
    let t = office.desk.t;
    let rows = rows_of(app, office, event).await?;
    let status = if problem.is_none() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let path = format!("/events/{}/leases", event.id);
    let html = LeasesHtml {
        page: office.page(
            Here::Events,
            t.named("office-leases-of", "title", &event.title),
            &path,
        ),
        back: office.at(format_args!("/events/{}", event.id)),
        action: office.at(&path),
        problem,
        tills: rows
            .chunk_by(|a, b| a.device == b.device)
            .map(|rows| till(office, event, rows))
            .collect(),
        may_act: office.may(Right::ManageDevices),
    };
    shown(status, &html)
}

async fn rows_of(
    app: &App,
    office: &Office,
    event: &EventPage,
) -> Result<Vec<LeaseRow>, sqlx::Error> {
    let mut connection = app.pool.acquire().await?;
    leases_of_event(&mut connection, (office.organizer.id, event.id)).await
}

fn till(office: &Office, event: &EventPage, rows: &[LeaseRow]) -> TillHtml {
    let (language, t) = (office.desk.language, office.desk.t);
    let first = &rows[0];
    let gone = match first.device_state.as_str() {
        "active" => None,
        _ => Some(t.get("office-lease-gone").into_owned()),
    };
    let when = |at_ms| date_and_time(at_ms, &event.time_zone, language);
    let ends_ms = rows.iter().map(|row| row.ends_ms).max().unwrap_or_default();
    TillHtml {
        id: first.device,
        name: first.device_name.clone(),
        series: Some(first.series.clone()).filter(|series| !series.is_empty()),
        gone,
        seen: match first.last_seen_ms {
            Some(at_ms) => t.named("office-lease-seen", "when", when(at_ms)),
            None => t.get("office-lease-unseen").into_owned(),
        },
        ends: t.named("office-lease-ends", "when", when(ends_ms)),
        rows: rows
            .iter()
            .map(|row| RowHtml {
                name: row.type_name.clone(),
                unsold: number(row.unsold, language),
                sold: number(row.sold, language),
                returned: number(row.returned, language),
                state: state(row, language, t),
                write_off: (row.unsold > row.written_off).then(|| {
                    let path =
                        format_args!("/events/{}/leases/{}/{}", event.id, row.device, row.type_no);
                    office.at(path)
                }),
            })
            .collect(),
        can_be_stopped: rows.iter().any(|row| row.unsold > 0 && !row.taken_back),
    }
}

fn state(row: &LeaseRow, language: Language, t: Texts) -> Vec<String> {
    let mut state = Vec::new();
    if row.taken_back {
        state.push(t.get("office-lease-stopped").into_owned());
    }
    if row.written_off > 0 {
        let count = number(row.written_off, language);
        state.push(t.named("office-lease-written-off", "count", count));
    }
    state
}

#[derive(Template)]
#[template(path = "office/write_off.html")]
struct WriteOffHtml {
    page: OfficePage,
    lines: Vec<String>,
    field: Field,
    action: String,
    back: String,
}

/// What it means to sell a till's places again, before it is done.
pub(super) async fn ask(
    State(app): State<App>,
    desk: Desk,
    Path((event, till, type_no)): Path<(EventId, DeviceId, TypeNo)>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ManageDevices).await?;
    question(&app, &office, &event, (till, type_no), &Wrong::default()).await
}

#[derive(Clone, Debug, Deserialize)]
pub(super) struct WriteOffForm {
    #[serde(default)]
    places: String,
}

/// Sells them again.
pub(super) async fn sell_again(
    State(app): State<App>,
    desk: Desk,
    Path((event, till, type_no)): Path<(EventId, DeviceId, TypeNo)>,
    Form(form): Form<WriteOffForm>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ManageDevices).await?;
    let request = WriteOffRequest {
        device: till,
        type_no,
        places: form.places.trim().parse().unwrap_or(0),
    };
    let of = (office.organizer.id, event.id);
    match write_off(&app, of, request, office.desk.identity.account).await {
        Ok(()) | Err(ActError::NothingLent) => Ok(on_to(
            &office.at(format_args!("/events/{}/leases", event.id)),
        )),
        Err(ActError::TooMany(left)) => {
            let mut wrong = Wrong::default();
            let left = number(left, office.desk.language);
            let t = office.desk.t;
            wrong.add("places", t.named("office-wrong-write-off", "left", left));
            question(&app, &office, &event, (till, type_no), &wrong).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn question(
    app: &App,
    office: &Office,
    event: &EventPage,
    (till, type_no): (DeviceId, TypeNo),
    wrong: &Wrong,
) -> Result<Response, ApiError> {
    let (language, t) = (office.desk.language, office.desk.t);
    let rows = rows_of(app, office, event).await?;
    let row = rows
        .iter()
        .find(|row| (row.device, row.type_no) == (till, type_no))
        .ok_or_else(|| ApiError::not_found("lease"))?;
    let left = row.unsold - row.written_off;
    let path = format!("/events/{}/leases/{till}/{type_no}", event.id);
    let about = t.with(
        "office-write-off-about",
        &[
            ("till", &row.device_name),
            ("type", &row.type_name),
            ("count", &number(left, language)),
        ],
    );
    let html = WriteOffHtml {
        page: office.page(
            Here::Events,
            t.named("office-write-off-of", "till", &row.device_name),
            &path,
        ),
        lines: vec![
            about,
            t.get("office-write-off-warns").into_owned(),
            t.get("office-write-off-forever").into_owned(),
        ],
        field: Field::number(
            "places",
            t.get("office-write-off-places"),
            &left.to_string(),
        )
        .told(wrong),
        action: office.at(&path),
        back: office.at(format_args!("/events/{}/leases", event.id)),
    };
    let status = wrong.status();
    shown(status, &html)
}

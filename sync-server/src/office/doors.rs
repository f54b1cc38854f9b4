//! An event's gates and entry windows.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use shared::ids::{EventId, GateNo, OrganizerId, WindowNo};

use super::desk::{Desk, Office};
use super::fields::{Field, Sent, Wrong};
use super::page::{Here, OfficePage, on_to, shown};
use super::times::{as_typed, from_typed};
use crate::accounts::Right;
use crate::app::App;
use crate::catalog::api::changed;
use crate::catalog::event::page::EventPage;
use crate::catalog::gates::{self, GateRequest, WriteGateError, gates_of};
use crate::catalog::windows::{self, WindowRequest, WriteWindowError, windows_of};
use crate::web::{ApiError, Form, Path};

/// A row for one more interval stands below those that are there.
const SPARE_INTERVALS: usize = 1;

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

struct GateHtml {
    no: i64,
    title: String,
    name: Field,
    /// Numbers and names of the ticket types, and whether each may use it.
    types: Vec<(u16, String, bool)>,
    strict: bool,
    is_new: bool,
}

struct WindowHtml {
    no: i64,
    title: String,
    name: Field,
    intervals: Vec<(Field, Field)>,
    is_new: bool,
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
            free_gate: gates::free_number(&mut connection, of).await?.0.into(),
            free_window: windows::free_number(&mut connection, of).await?.0.into(),
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
        "gate" => save_gate(&app, &office, &mut there, (no, &sent), &mut wrong).await?,
        "window" => {
            save_window(&app, &office, (&event, &mut there), (no, &sent), &mut wrong).await?
        }
        "delete-gate" => delete_gate(&app, &office, &there, no, &mut wrong).await?,
        "delete-window" => delete_window(&app, &office, &there, no, &mut wrong).await?,
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

async fn save_gate(
    app: &App,
    office: &Office,
    there: &mut There,
    (no, sent): (i64, &Sent),
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let t = office.desk.t;
    let request = GateRequest {
        no: Some(no),
        name: sent.first("name").to_owned(),
        types: sent.all("type").filter_map(|no| no.parse().ok()).collect(),
        strict_home: sent.first("strict") == "on",
    };
    let is_known = there.gates.iter().any(|gate| gate.no == Some(no));
    let written = match request.parse(None) {
        Err(_) => {
            wrong.add(format_args!("gate-{no}"), t.get("office-wrong-gate-name"));
            Ok(())
        }
        Ok(gate) if is_known => gates::replace(&app.pool, there.of, &gate).await,
        Ok(gate) => gates::create(&app.pool, there.of, &gate).await.map(drop),
    };
    match written {
        Ok(()) => {}
        Err(WriteGateError::NumberUsed | WriteGateError::NoSuchGate) => {
            wrong.add(format_args!("gate-{no}"), t.get("office-wrong-gate"));
        }
        Err(WriteGateError::NoSuchType(_)) => {
            wrong.add(format_args!("gate-{no}"), t.get("office-wrong-gate-type"));
        }
        Err(
            error @ (WriteGateError::NoSuchEvent
            | WriteGateError::InUse
            | WriteGateError::Database(_)),
        ) => return Err(error.into()),
    }
    if !wrong.is_empty() {
        // What was typed stays in its place.
        there.gates.retain(|gate| gate.no != Some(no));
        there.gates.push(request);
        there.gates.sort_by_key(|gate| gate.no);
    }
    Ok(())
}

async fn save_window(
    app: &App,
    office: &Office,
    (event, there): (&EventPage, &mut There),
    (no, sent): (i64, &Sent),
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let t = office.desk.t;
    let at = |text| from_typed(text, &event.time_zone);
    let pairs = sent.all("from").zip(sent.all("until"));
    let pairs: Vec<_> = pairs
        .filter(|(from, until)| !(from.is_empty() && until.is_empty()))
        .collect();
    let intervals: Vec<_> = pairs
        .iter()
        .filter_map(|(from, until)| at(from).zip(at(until)))
        .collect();
    let request = WindowRequest {
        no: Some(no),
        name: sent.first("name").to_owned(),
        intervals,
    };
    if request.intervals.len() < pairs.len() {
        wrong.add(format_args!("window-{no}"), t.get("office-wrong-interval"));
    }
    let is_known = there.windows.iter().any(|window| window.no == Some(no));
    let written = match request.parse(None) {
        _ if !wrong.is_empty() => Ok(()),
        Err(errors) => {
            let key = if errors.0.contains_key("name") {
                "office-wrong-window-name"
            } else {
                "office-wrong-interval"
            };
            wrong.add(format_args!("window-{no}"), t.get(key));
            Ok(())
        }
        Ok(window) if is_known => windows::replace(&app.pool, there.of, &window).await,
        Ok(window) => windows::create(&app.pool, there.of, &window)
            .await
            .map(drop),
    };
    match written {
        Ok(()) => {}
        Err(WriteWindowError::NumberUsed | WriteWindowError::NoSuchWindow) => {
            wrong.add(format_args!("window-{no}"), t.get("office-wrong-window"));
        }
        Err(
            error @ (WriteWindowError::NoSuchEvent
            | WriteWindowError::InUse
            | WriteWindowError::Database(_)),
        ) => return Err(error.into()),
    }
    if !wrong.is_empty() {
        there.windows.retain(|window| window.no != Some(no));
        there.windows.push(request);
        there.windows.sort_by_key(|window| window.no);
    }
    Ok(())
}

async fn delete_gate(
    app: &App,
    office: &Office,
    there: &There,
    no: i64,
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let gate = GateNo(u16::try_from(no).map_err(|_| ApiError::not_found("gate"))?);
    match gates::delete(&app.pool, there.of, gate).await {
        Ok(()) | Err(WriteGateError::NoSuchGate) => Ok(()),
        Err(WriteGateError::InUse) => {
            let text = office.desk.t.get("office-wrong-gate-used");
            wrong.add(format_args!("gate-{no}"), text);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

async fn delete_window(
    app: &App,
    office: &Office,
    there: &There,
    no: i64,
    wrong: &mut Wrong,
) -> Result<(), ApiError> {
    let window = WindowNo(u8::try_from(no).map_err(|_| ApiError::not_found("window"))?);
    match windows::delete(&app.pool, there.of, window).await {
        Ok(()) | Err(WriteWindowError::NoSuchWindow) => Ok(()),
        Err(WriteWindowError::InUse) => {
            let text = office.desk.t.get("office-wrong-window-used");
            wrong.add(format_args!("window-{no}"), text);
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
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
            .map(|gate| gate_html(office, event, there, gate, wrong))
            .collect(),
        windows: there
            .windows
            .iter()
            .chain(&new_window)
            .map(|window| window_html(office, event, there, window, wrong))
            .collect(),
    };
    let status = if wrong.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    shown(status, &html)
}

fn gate_html(
    office: &Office,
    event: &EventPage,
    there: &There,
    gate: &GateRequest,
    wrong: &Wrong,
) -> GateHtml {
    let t = office.desk.t;
    let no = gate.no.unwrap_or_default();
    let types = event.types.iter().map(|row| {
        let may = gate.types.contains(&row.no.0);
        (row.no.0, row.name.clone(), may)
    });
    let is_new = no == there.free_gate;
    GateHtml {
        no,
        title: if is_new {
            t.get("office-gate-new").into_owned()
        } else {
            gate.name.clone()
        },
        name: Field::line("name", t.get("office-gate-name"), &gate.name)
            .named_apart(format_args!("gate-{no}"))
            .told(wrong),
        types: types.collect(),
        strict: gate.strict_home,
        is_new,
    }
}

fn window_html(
    office: &Office,
    event: &EventPage,
    there: &There,
    window: &WindowRequest,
    wrong: &Wrong,
) -> WindowHtml {
    let t = office.desk.t;
    let no = window.no.unwrap_or_default();
    let at = |ms| as_typed(ms, &event.time_zone);
    let pairs = window
        .intervals
        .iter()
        .map(|(from, until)| (at(*from), at(*until)));
    let spare = std::iter::repeat_n((String::new(), String::new()), SPARE_INTERVALS);
    let intervals = (0..).zip(pairs.chain(spare)).map(|(place, (from, until))| {
        let field = |name: &'static str, key: &str, value: &str| {
            Field::moment(name, t.get(key), value)
                .named_apart(format_args!("{name}-{no}-{place}"))
                .optional()
                .half()
        };
        (
            field("from", "office-interval-from", &from),
            field("until", "office-interval-until", &until),
        )
    });
    let is_new = no == there.free_window;
    WindowHtml {
        no,
        title: if is_new {
            t.get("office-window-new").into_owned()
        } else {
            window.name.clone()
        },
        name: Field::line("name", t.get("office-window-name"), &window.name)
            .named_apart(format_args!("window-{no}"))
            .told(wrong),
        intervals: intervals.collect(),
        is_new,
    }
}

//! What people have to look at of an event: with both devices where there are two, open ones first.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use shared::admission::fold::AlertKind;
use shared::ids::{EventId, FactName};

use super::attendance::AlertLine;
use super::desk::Desk;
use super::page::{Here, OfficePage, on_to, shown};
use crate::accounts::Right;
use crate::app::App;
use crate::door::{AlertView, NewAnnotation, Says, alerts_of_event, annotate, note};
use crate::web::{ApiError, Form, Path};

#[derive(Template)]
#[template(path = "office/alerts.html")]
struct AlertsHtml {
    page: OfficePage,
    alerts: Vec<Shown>,
    back: String,
    action: String,
    may_note: bool,
}

struct Shown {
    line: AlertLine,
    /// As the alert is named in a form.
    kind: String,
    subject: String,
}

pub(super) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::ReadFigures).await?;
    let mut connection = app.pool.acquire().await?;
    let alerts = alerts_of_event(&mut connection, office.organizer.id, event.id).await?;
    drop(connection);
    let words = (office.desk.language, office.desk.t);
    let alerts = alerts.into_iter().map(|alert| Shown {
        line: AlertLine::of(&alert, &event.time_zone, words),
        kind: alert.kind,
        subject: alert.subject,
    });
    let path = format!("/events/{}/alerts", event.id);
    let title = office
        .desk
        .t
        .named("office-alerts-of", "title", &event.title);
    let page = AlertsHtml {
        page: office.page(Here::Events, title, &path),
        alerts: alerts.collect(),
        back: office.at(format_args!("/events/{}", event.id)),
        action: office.at(&path),
        may_note: office.may(Right::Annotate),
    };
    shown(StatusCode::OK, &page)
}

#[derive(Deserialize)]
pub(super) struct NoteForm {
    kind: String,
    subject: String,
}

/// It was seen and dealt with. Of a ticket's alert every fold hears it, so its facts are annotated.
pub(super) async fn settle(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
    Form(form): Form<NoteForm>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::Annotate).await?;
    let of = (office.organizer.id, event.id);
    if AlertKind::from_code(&form.kind).is_some() {
        let mut connection = app.pool.acquire().await?;
        let alerts = alerts_of_event(&mut connection, of.0, of.1).await?;
        drop(connection);
        let mut alerts = alerts.into_iter();
        let found = alerts.find(|alert| alert.kind == form.kind && alert.subject == form.subject);
        let alert = found.ok_or_else(|| ApiError::not_found("alert"))?;
        for target in facts(&alert) {
            let new = NewAnnotation {
                event: event.id,
                target,
                says: Says::Noted,
            };
            annotate(&app, of.0, new).await?;
        }
    } else {
        let by = office.desk.identity.account;
        note(&app, of, (&form.kind, &form.subject), by).await?;
    }
    Ok(on_to(
        &office.at(format_args!("/events/{}/alerts", event.id)),
    ))
}

/// The facts that an alert is about and that still stand to be noted.
fn facts(alert: &AlertView) -> Vec<FactName> {
    if alert.resolved_ms.is_some() {
        return Vec::new();
    }
    let facts = alert.detail.get("facts").and_then(Value::as_array);
    let facts = facts.into_iter().flatten();
    facts
        .filter_map(|fact| {
            let text = |field| fact.get(field).and_then(Value::as_str);
            Some(FactName {
                device: text("device")?.parse().ok()?,
                fact: text("fact")?.parse().ok()?,
            })
        })
        .collect()
}

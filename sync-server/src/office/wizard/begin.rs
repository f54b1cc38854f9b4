//! The first page of a new event, a copy of an earlier one, and a draft thrown away.

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use shared::ids::{EventId, OrganizerId};
use shared::wire::latest::ErrorCode;

use super::draft::{self, Typed};
use super::{Opened, Step, Subject, what};
use crate::accounts::Right;
use crate::app::App;
use crate::edge::OsRandom;
use crate::office::desk::{Desk, Office};
use crate::office::fields::Wrong;
use crate::office::page::on_to;
use crate::web::{ApiError, Form, Path};

/// An empty form. The event's id is made here, so that what is sent twice is one draft.
pub(in crate::office) async fn show(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
) -> Result<Response, ApiError> {
    let office = desk.office(&app, organizer, Right::EditEvents).await?;
    let id = EventId::new(app.now_ms(), &mut OsRandom);
    what::form(&begun(office, id, Typed::default()), &Wrong::default())
}

#[derive(Clone, Debug, Deserialize)]
pub(in crate::office) struct BeginForm {
    id: EventId,
    #[serde(flatten)]
    typed: Typed,
}

pub(in crate::office) async fn save(
    State(app): State<App>,
    desk: Desk,
    Path(organizer): Path<OrganizerId>,
    Form(form): Form<BeginForm>,
) -> Result<Response, ApiError> {
    let office = desk
        .clone()
        .office(&app, organizer, Right::EditEvents)
        .await?;
    let opened = match Opened::new(&app, desk, form.id).await {
        // Sent before, or from a page that the browser kept.
        Ok(opened) if opened.office.organizer.id == organizer => opened,
        Ok(_) => return Err(ApiError::not_found("event")),
        Err(error) if error.code() == ErrorCode::NotFound => {
            begun(office, form.id, Typed::default())
        }
        Err(error) => return Err(error),
    };
    let typed = opened.typed().with_what(form.typed);
    what::keep(&app, opened, typed).await
}

fn begun(office: Office, id: EventId, typed: Typed) -> Opened {
    Opened {
        office,
        id,
        subject: Subject::Draft(Box::new(typed)),
    }
}

/// All of an earlier event but its dates.
pub(in crate::office) async fn copy(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let (office, event) = desk.event(&app, event, Right::EditEvents).await?;
    let id = EventId::new(app.now_ms(), &mut OsRandom);
    let typed = Typed {
        doors: String::new(),
        starts: String::new(),
        ends: String::new(),
        like: event.id.to_string(),
        ..Typed::of(&event)
    };
    let mut connection = app.pool.acquire().await?;
    let of = (office.organizer.id, id);
    draft::save(&mut connection, of, &typed, app.now_ms()).await?;
    Ok(on_to(&begun(office, id, typed).at(Step::What)))
}

/// A draft that is not made yet; one that is made is cancelled like any event.
pub(in crate::office) async fn forget(
    State(app): State<App>,
    desk: Desk,
    Path(event): Path<EventId>,
) -> Result<Response, ApiError> {
    let opened = Opened::new(&app, desk, event).await?;
    let office = &opened.office;
    let mut connection = app.pool.acquire().await?;
    draft::remove(&mut connection, (office.organizer.id, event)).await?;
    Ok(on_to(&office.own("")))
}

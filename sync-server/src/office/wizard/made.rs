//! A draft becomes an event of the catalog, and an event of the catalog another one.

use sqlx::PgConnection;

use shared::clock::UnixMillis;
use shared::ids::{EventId, OrganizerId};

use super::draft::{self, Typed};
use super::{Opened, Step};
use crate::app::App;
use crate::catalog::api::changed;
use crate::catalog::event::page::{self, EventPage};
use crate::catalog::event::{self, EventStatus, ask_for_donation, terms};
use crate::catalog::gates::{self, GateRequest};
use crate::catalog::ticket_types::{self, TicketTypeRequest, WriteTypeError};
use crate::catalog::venues;
use crate::office::fields::Wrong;
use crate::web::ApiError;

/// Writes an event anew, with a venue of its own if `typed` names a new one. All is checked before.
pub(super) async fn change(
    app: &App,
    opened: &Opened,
    event: &EventPage,
    typed: &Typed,
) -> Result<(), ApiError> {
    write(app, opened, event, typed, None).await
}

/// From now on everybody sees it.
pub(super) async fn publish(app: &App, opened: &Opened, event: &EventPage) -> Result<(), ApiError> {
    write(
        app,
        opened,
        event,
        &Typed::of(event),
        Some(EventStatus::Published),
    )
    .await
}

async fn write(
    app: &App,
    opened: &Opened,
    event: &EventPage,
    typed: &Typed,
    status: Option<EventStatus>,
) -> Result<(), ApiError> {
    let office = &opened.office;
    let of = (office.organizer.id, opened.id);
    let mut wrong = Wrong::default();
    let request = typed.request(of, Some(event), &mut wrong, office.desk.t);
    let (details, _) = request.parse_change()?;
    let now_ms = app.now_ms();
    make_venue(app, of.0, typed, now_ms).await?;
    event::replace(&app.pool, &app.vault, of, &details, status, now_ms).await?;
    changed(app, opened.id).await;
    Ok(())
}

/// Makes the event of a draft, as a draft of the catalog. Sent again, it changes nothing.
pub(super) async fn create(app: &App, opened: &Opened, typed: &Typed) -> Result<String, ApiError> {
    let office = &opened.office;
    let of = (office.organizer.id, opened.id);
    let mut wrong = Wrong::default();
    let request = typed.request(of, None, &mut wrong, office.desk.t);
    let new = request.parse_new()?;
    let now_ms = app.now_ms();
    make_venue(app, of.0, typed, now_ms).await?;
    event::create(&app.pool, &app.vault, &new, now_ms).await?;
    if let Ok(like) = typed.like.parse() {
        take_over(app, of, like).await?;
    }
    let mut connection = app.pool.acquire().await?;
    draft::remove(&mut connection, of).await?;
    changed(app, opened.id).await;
    // It is an event now, and goes on as a draft does.
    Ok(opened.at(Step::Prices))
}

async fn make_venue(
    app: &App,
    organizer: OrganizerId,
    typed: &Typed,
    now_ms: UnixMillis,
) -> Result<(), ApiError> {
    if typed.wants_new_venue() {
        let venue = typed.new_venue().parse()?;
        let mut connection = app.pool.acquire().await?;
        venues::create(&mut connection, organizer, &venue, now_ms).await?;
    }
    Ok(())
}

/// Types, gates and terms of an earlier event. Not its windows, nor from when to when its types were sold: those are dates.
async fn take_over(app: &App, of: (OrganizerId, EventId), like: EventId) -> Result<(), ApiError> {
    let mut connection = app.pool.acquire().await?;
    let (types, gates) = earlier(&mut connection, (of.0, like)).await?;
    drop(connection);
    // Types name gates and gates name types: gates come first, and are told of the types at the end.
    for gate in &gates {
        let bare = GateRequest {
            types: Vec::new(),
            ..gate.clone()
        };
        gates::create(&app.pool, of, &bare.parse(None)?).await?;
    }
    for row in types {
        let undated = TicketTypeRequest {
            sale_from_ms: None,
            sale_until_ms: None,
            window_no: None,
            ..row
        };
        ticket_types::create(&app.pool, of, &undated.parse(None)?).await?;
    }
    for gate in gates.iter().filter(|gate| !gate.types.is_empty()) {
        gates::replace(&app.pool, of, &gate.parse(None)?).await?;
    }
    take_over_terms(app, of, like).await
}

/// What it allows after the sale, and whether it asks for gifts.
async fn take_over_terms(
    app: &App,
    of: (OrganizerId, EventId),
    like: EventId,
) -> Result<(), ApiError> {
    let mut connection = app.pool.acquire().await?;
    let allowed = terms::terms_of(&mut *connection, (of.0, like)).await?;
    terms::write(&mut connection, of, &allowed).await?;
    let earlier = page::read(&mut connection, like).await?;
    drop(connection);
    // Of another organizer's event nothing is taken over.
    let asks = earlier.is_some_and(|event| event.organizer.id == of.0 && event.asks_donation);
    ask_for_donation(&app.pool, of, asks)
        .await
        .map_err(WriteTypeError::from)?;
    Ok(())
}

/// Whose types and gates they are is asked with them: of another organizer's event there are none.
async fn earlier(
    conn: &mut PgConnection,
    of: (OrganizerId, EventId),
) -> Result<(Vec<TicketTypeRequest>, Vec<GateRequest>), sqlx::Error> {
    let types = ticket_types::types_of(conn, of).await?;
    let gates = gates::gates_of(conn, of).await?;
    let types: Vec<_> = types.into_iter().map(|row| row.details).collect();
    // A gate that names a type which was deleted since would be refused.
    let known = |no: &u16| types.iter().any(|row| row.no == Some(i64::from(*no)));
    let gates = gates.into_iter().map(|gate| GateRequest {
        types: gate.types.iter().copied().filter(known).collect(),
        ..gate
    });
    let gates = gates.collect();
    Ok((types, gates))
}

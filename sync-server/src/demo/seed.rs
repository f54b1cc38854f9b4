//! Making the demo, or finding it, or moving it to today.

use std::fmt;

use serde_json::Value;
use shared::clock::UnixMillis;
use shared::ids::{EventId, GateNo, OrganizerId};
use shared::roster::Rights;

use super::people::{self, PASSWORD, PEOPLE};
use super::programme::{self, Programmed, programme};
use crate::accounts::{HashPasswordError, given};
use crate::app::App;
use crate::catalog::event::{self, EventRequest};
use crate::catalog::fields::FieldErrors;
use crate::catalog::gates::{self, GateRequest};
use crate::catalog::organizers::{self, OrganizerRequest};
use crate::catalog::ticket_types::{self, TicketTypeRequest};
use crate::catalog::venues::{self, VenueRequest};
use crate::catalog::windows::{self, WindowRequest};
use crate::config::Mode;
use crate::door::offers::{self, NewOffer, OfferError};

/// What a person needs to look around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoSummary {
    /// The first page.
    pub url: String,
    /// Where people log in.
    pub login_url: String,
    /// Who can.
    pub logins: Vec<DemoLogin>,
    /// Titles and pages, tonight's first.
    pub events: Vec<(String, String)>,
    /// For the window.
    pub door: DemoDoor,
}

/// A device that may be enrolled within 15 minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoDoor {
    /// To be typed into it, with the server's address.
    pub code: String,
    /// Where the organizer compares the digits and confirms them; the code's picture is there, too.
    pub confirm_url: String,
}

/// Somebody who can log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoLogin {
    /// With it.
    pub email: &'static str,
    /// And with it.
    pub password: &'static str,
    /// `owner`, `manager`, `box_office`, `door`, or `customer`.
    pub role: &'static str,
}

impl fmt::Display for DemoSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Demo: Les Nuits de Loire, Nantes")?;
        writeln!(f, "  {}", self.url)?;
        for (title, url) in &self.events {
            writeln!(f, "  {title}\n    {url}")?;
        }
        writeln!(
            f,
            "  Log in at {}, everybody's password: {PASSWORD}",
            self.login_url
        )?;
        for login in &self.logins {
            writeln!(f, "    {:<11} {}", login.role, login.email)?;
        }
        let server = self.url.trim_end_matches('/');
        writeln!(f, "  The owner's back office: {server}/fr/office")?;
        writeln!(f, "  Enrol the window as a door, within 15 minutes:")?;
        writeln!(f, "    type {server} and {} there,", self.door.code)?;
        writeln!(
            f,
            "    then log in as the owner, compare the six digits and confirm at"
        )?;
        writeln!(f, "    {}", self.door.confirm_url)
    }
}

/// The demo was not made.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// Known passwords have no place there.
    #[error(
        "the demo has passwords that everybody knows: it is refused in production; start without --demo"
    )]
    Production,
    /// The accounts' password.
    #[error("hashing the demo's password")]
    Password(#[from] HashPasswordError),
    /// A date of the demo.
    #[error("setting the dates of the demo")]
    Date(#[from] jiff::Error),
    /// The demo's own texts.
    #[error("reading the demo's own texts")]
    Text(#[from] serde_json::Error),
    /// The demo's own fields.
    #[error("checking the demo's own fields")]
    Fields(#[from] FieldErrors),
    /// Its organizer.
    #[error("making the demo's organizer")]
    Organizer(#[from] organizers::CreateOrganizerError),
    /// Its venue.
    #[error("making the demo's venue")]
    Venue(#[from] venues::CreateVenueError),
    /// One of its events.
    #[error("making an event of the demo")]
    Event(#[from] event::CreateEventError),
    /// One of its events.
    #[error("moving an event of the demo to coming days")]
    Move(#[from] event::ChangeEventError),
    /// One of its windows.
    #[error("making a window of the demo")]
    Window(#[from] windows::WriteWindowError),
    /// One of its gates.
    #[error("making a gate of the demo")]
    Gate(#[from] gates::WriteGateError),
    /// One of its types.
    #[error("making a ticket type of the demo")]
    Type(#[from] ticket_types::WriteTypeError),
    /// The window's code.
    #[error("offering the demo's door")]
    Offer(#[from] OfferError),
    /// The database failed.
    #[error("making the demo")]
    Database(#[from] sqlx::Error),
}

/// Makes what is missing of the demo, and moves events that are over to coming days.
pub async fn seed(app: &App) -> Result<DemoSummary, SeedError> {
    allow(app.config.mode)?;
    let now_ms = app.now_ms();
    people::make(app, now_ms).await?;
    let organizer = make_organizer(app, now_ms).await?;
    let programmed = programme(now_ms)?;
    let mut events = Vec::new();
    for event in &programmed {
        events.push(make_event(app, organizer, event, now_ms).await?);
    }
    let door = offer_door(app, organizer, events).await?;
    Ok(summary(app, &programmed, door))
}

/// At the first gate. Codes are known only to who asked for them, hence a new one at each start.
async fn offer_door(
    app: &App,
    organizer: OrganizerId,
    events: Vec<EventId>,
) -> Result<DemoDoor, SeedError> {
    let offer = NewOffer {
        organizer,
        created_by: PEOPLE[0].id,
        device_name: "Porte A, démonstration".to_owned(),
        rights: Rights {
            scan: true,
            search: true,
            sell: false,
            supervise: true,
        },
        events,
        gate: GateNo(1),
    };
    let made = offers::create(app, offer).await?;
    let url = &app.config.public_url;
    Ok(DemoDoor {
        code: made.code.shown(),
        confirm_url: format!("{url}/office/devices/offers/{}", made.id),
    })
}

fn allow(mode: Mode) -> Result<(), SeedError> {
    match mode {
        Mode::Production => Err(SeedError::Production),
        Mode::Development => Ok(()),
    }
}

async fn make_organizer(app: &App, now_ms: UnixMillis) -> Result<OrganizerId, SeedError> {
    let request: OrganizerRequest = serde_json::from_value(programme::organizer())?;
    let new = request.parse()?;
    let owner = PEOPLE[0].id;
    organizers::create(&app.pool, &app.vault, owner, &new, now_ms).await?;
    for person in &PEOPLE {
        if let Some(role) = person.role {
            given::join(&app.pool, new.id, person.id, role, now_ms).await?;
        }
    }
    let request: VenueRequest = serde_json::from_value(programme::venue())?;
    let mut connection = app.pool.acquire().await?;
    venues::create(&mut connection, new.id, &request.parse()?, now_ms).await?;
    Ok(new.id)
}

async fn make_event(
    app: &App,
    organizer: OrganizerId,
    programmed: &Programmed,
    now_ms: UnixMillis,
) -> Result<EventId, SeedError> {
    let request: EventRequest = serde_json::from_value(programmed.event.clone())?;
    let new = request.parse_new()?;
    let of = (organizer, new.id);
    event::create(&app.pool, &app.vault, &new, now_ms).await?;
    let moved = move_if_over(app, of, &request, now_ms).await?;
    for window in &programmed.windows {
        let request: WindowRequest = serde_json::from_value(window.clone())?;
        let window = request.parse(None)?;
        windows::create(&app.pool, of, &window).await?;
        if moved == Moved::Yes {
            windows::replace(&app.pool, of, &window).await?;
        }
    }
    for gate in &programmed.gates {
        let request: GateRequest = serde_json::from_value(gate.clone())?;
        gates::create(&app.pool, of, &request.parse(None)?).await?;
    }
    for ticket_type in &programmed.types {
        let request: TicketTypeRequest = serde_json::from_value(ticket_type.clone())?;
        let ticket_type = request.parse(None)?;
        ticket_types::create(&app.pool, of, &ticket_type).await?;
        if moved == Moved::Yes {
            ticket_types::replace(&app.pool, of, &ticket_type).await?;
        }
    }
    app.event_pages.forget(new.id).await;
    Ok(new.id)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Moved {
    Yes,
    No,
}

/// A demo that was made last month still has something to scan.
async fn move_if_over(
    app: &App,
    (organizer, event): (OrganizerId, EventId),
    request: &EventRequest,
    now_ms: UnixMillis,
) -> Result<Moved, SeedError> {
    let mut connection = app.pool.acquire().await?;
    let present = event::page::read(&mut connection, event).await?;
    drop(connection);
    let over = present.is_some_and(|present| {
        present.ends_ms <= now_ms && present.status == event::EventStatus::Published
    });
    if !over {
        return Ok(Moved::No);
    }
    let (details, status) = request.parse_change()?;
    event::replace(
        &app.pool,
        &app.vault,
        (organizer, event),
        &details,
        status,
        now_ms,
    )
    .await?;
    Ok(Moved::Yes)
}

fn summary(app: &App, programmed: &[Programmed], door: DemoDoor) -> DemoSummary {
    let url = &app.config.public_url;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    DemoSummary {
        url: format!("{url}/"),
        login_url: format!("{url}/login"),
        logins: PEOPLE
            .iter()
            .map(|person| DemoLogin {
                email: person.email,
                password: PASSWORD,
                role: person.role.map_or("customer", |role| role.as_str()),
            })
            .collect(),
        events: programmed
            .iter()
            .map(|programmed| {
                let event = &programmed.event;
                (
                    text(&event["title"]),
                    format!("{url}/fr/events/{}", text(&event["id"])),
                )
            })
            .collect(),
        door,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_has_no_demo() {
        assert!(matches!(
            allow(Mode::Production),
            Err(SeedError::Production)
        ));
        assert!(allow(Mode::Development).is_ok());
    }
}

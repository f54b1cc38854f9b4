//! An organizer with an event on sale, made by the functions behind the API.

use serde_json::json;
use shared::ids::{EventId, GateNo, OrganizerId, TypeNo, UserId, VenueId};
use sync_server::accounts::session::SessionKind;
use sync_server::catalog::event::{self, EventRequest};
use sync_server::catalog::gates::{self, GateRequest};
use sync_server::catalog::organizers::{self, OrganizerRequest};
use sync_server::catalog::ticket_types::{self, TicketTypeRequest};
use sync_server::catalog::venues::{self, VenueRequest};
use sync_server::edge::OsRandom;

use super::TestServer;
use super::stall::Stall;

const HOUR_MS: i64 = 3_600_000;

/// The first type: full price, 34.00 EUR.
pub(crate) const FULL: TypeNo = TypeNo(1);
/// The second type: reduced, 20.00 EUR, with a note for the door.
pub(crate) const REDUCED: TypeNo = TypeNo(2);
/// The only gate.
pub(crate) const GATE: GateNo = GateNo(1);

/// An event on sale, whose doors are open.
#[derive(Clone, Debug)]
pub(crate) struct EventFixture {
    pub(crate) organizer: OrganizerId,
    pub(crate) venue: VenueId,
    pub(crate) event: EventId,
    /// [`FULL`] and [`REDUCED`], each with the whole quota.
    pub(crate) types: [TypeNo; 2],
    pub(crate) gate: GateNo,
    pub(crate) owner: UserId,
    pub(crate) owner_token: String,
}

impl EventFixture {
    /// Where its places are bought.
    pub(crate) fn stall<'a>(&self, server: &'a TestServer) -> Stall<'a> {
        Stall {
            server,
            organizer: self.organizer,
            event: self.event,
        }
    }
}

/// A new organizer with a venue, and an event on sale with two types of `quota` places each, a gate and a signing key.
/// Doors opened an hour before the test's clock began.
pub(crate) async fn published_event(server: &TestServer, quota: u32) -> EventFixture {
    let (organizer, owner, owner_token) = organizer(server).await;
    let venue = venue(server, organizer).await;
    event_of(server, (organizer, owner, owner_token), venue, quota).await
}

/// Another event on sale of the same organizer, at the same place.
pub(crate) async fn another_event(
    server: &TestServer,
    first: &EventFixture,
    quota: u32,
) -> EventFixture {
    let owner = (first.organizer, first.owner, first.owner_token.clone());
    event_of(server, owner, first.venue, quota).await
}

/// A new organizer with its keys, its owner and a token of the owner.
pub(crate) async fn organizer(server: &TestServer) -> (OrganizerId, UserId, String) {
    let id = OrganizerId::new(server.now_ms(), &mut OsRandom);
    let owner = server.person(&format!("Owner {id}")).await.id;
    let request = OrganizerRequest {
        id: id.to_string(),
        name: "Les Nuits de Loire".into(),
        slug: Some(format!("nuits-{id}")),
        ..OrganizerRequest::default()
    };
    let new = request.parse().unwrap();
    let app = &server.app;
    organizers::create(&app.pool, &app.vault, owner, &new, server.now_ms())
        .await
        .unwrap();
    let session = server.session(owner, SessionKind::Api).await;
    (id, owner, session.credential)
}

async fn venue(server: &TestServer, organizer: OrganizerId) -> VenueId {
    let id = VenueId::new(server.now_ms(), &mut OsRandom);
    let request = VenueRequest {
        id: id.to_string(),
        name: "La Fabrique du Quai".into(),
        address: "12 quai des Antilles".into(),
        postal_code: "44200".into(),
        city: "Nantes".into(),
        ..VenueRequest::default()
    };
    let mut connection = server.app.pool.acquire().await.unwrap();
    let new = request.parse().unwrap();
    venues::create(&mut connection, organizer, &new, server.now_ms())
        .await
        .unwrap();
    id
}

async fn event_of(
    server: &TestServer,
    (organizer, owner, owner_token): (OrganizerId, UserId, String),
    venue: VenueId,
    quota: u32,
) -> EventFixture {
    let app = &server.app;
    let now_ms = server.now_ms();
    let event = EventId::new(now_ms, &mut OsRandom);
    let request: EventRequest = serde_json::from_value(json!({
        "id": event, "organizer_id": organizer, "venue_id": venue, "status": "published",
        "title": "Nuit électro", "category": "concert",
        "doors_ms": now_ms - HOUR_MS, "starts_ms": now_ms, "ends_ms": now_ms + 6 * HOUR_MS,
    }))
    .unwrap();
    let new = request.parse_new().unwrap();
    event::create(&app.pool, &app.vault, &new, now_ms)
        .await
        .unwrap();
    let types = [
        json!({"no": FULL, "name": "Plein tarif", "price_minor": 3_400, "vat_basis_points": 550, "quota": quota}),
        json!({"no": REDUCED, "name": "Tarif réduit", "price_minor": 2_000, "vat_basis_points": 550, "quota": quota,
               "door_note": "Vérifier le justificatif"}),
    ];
    for body in types {
        let request: TicketTypeRequest = serde_json::from_value(body).unwrap();
        let new = request.parse(None).unwrap();
        ticket_types::create(&app.pool, (organizer, event), &new)
            .await
            .unwrap();
    }
    let gate = GateRequest {
        no: Some(GATE.0.into()),
        name: "Porte A".into(),
        ..GateRequest::default()
    };
    let gate = gate.parse(None).unwrap();
    gates::create(&app.pool, (organizer, event), &gate)
        .await
        .unwrap();
    EventFixture {
        organizer,
        venue,
        event,
        types: [FULL, REDUCED],
        gate: GATE,
        owner,
        owner_token,
    }
}

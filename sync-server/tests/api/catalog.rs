//! What can be bought and where.

use std::time::Duration;

use reqwest::Method;
use reqwest::header::{ETAG, IF_NONE_MATCH};
use serde_json::{Value, json};
use shared::ids::{EventId, OrganizerId, VenueId};
use shared::roster::signed::KeySet;
use sync_server::accounts::Role;
use sync_server::edge::OsRandom;
use tokio::time::{Instant, sleep};

use crate::support::fixtures::{EventFixture, FULL};
use crate::support::{Answer, NOW, TestServer, fixtures};

const HOUR: i64 = 3_600_000;

/// Asks as the fixture's owner.
async fn owner(
    server: &TestServer,
    fixture: &EventFixture,
    method: Method,
    path: &str,
    body: &Value,
) -> Answer {
    let request = server
        .request(method, path)
        .bearer_auth(&fixture.owner_token);
    Answer::of(request.json(body)).await
}

/// The fixture's event, anew.
fn written(fixture: &EventFixture) -> Value {
    json!({
        "id": fixture.event, "organizer_id": fixture.organizer, "venue_id": fixture.venue,
        "title": "Nuit électro", "category": "concert",
        "doors_ms": NOW - HOUR, "starts_ms": NOW, "ends_ms": NOW + 6 * HOUR,
    })
}

/// An event that starts in so many hours, by the API.
async fn event(server: &TestServer, fixture: &EventFixture, changes: &Value) -> Value {
    let mut body = written(fixture);
    body["id"] = json!(EventId::new(server.now_ms(), &mut OsRandom));
    body["status"] = json!("published");
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let made = owner(server, fixture, Method::POST, "/api/v1/events", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    made.json()
}

fn titles(list: &Value) -> Vec<&str> {
    let events = list["events"].as_array().unwrap().iter();
    events
        .map(|event| event["title"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn an_organizers_event_has_a_feed_a_key_and_its_two_types() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 100).await;
    let other = fixtures::another_event(&server, &fixture, 5).await;
    assert_ne!(fixture.event, other.event);
    let (head, keys, places): (i64, i64, i64) = sqlx::query_as(
        "select (select head from feeds where event_id = $1),
                (select count(*) from signing_keys where event_id = $1),
                (select sum(quota) from stock where event_id = $1)",
    )
    .bind(fixture.event.0)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    assert_eq!((head, keys, places), (4, 1, 200));
    let key_set: Vec<u8> = sqlx::query_scalar(
        "select body from signed_objects where organizer_id = $1 and kind = 'key_set'",
    )
    .bind(fixture.organizer.0)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    let key_set: KeySet = serde_json::from_slice(&key_set).unwrap();
    let events: Vec<EventId> = key_set.keys.iter().map(|key| key.event).collect();
    assert_eq!(events, [fixture.event, other.event]);
    let (types, gates): (Vec<i32>, Vec<i32>) = sqlx::query_as(
        "select array(select no from ticket_types where event_id = $1 order by no),
                array(select no from gates where event_id = $1)",
    )
    .bind(fixture.event.0)
    .fetch_one(&server.app.pool)
    .await
    .unwrap();
    assert_eq!(types, fixture.types.map(|no| i32::from(no.0)));
    assert_eq!(gates, [i32::from(fixture.gate.0)]);
}

#[tokio::test]
async fn an_organizer_makes_an_event_step_by_step_and_strangers_see_it_once_it_is_published() {
    let server = TestServer::start().await;
    let ana = server.person("Ana Costa").await;
    let organizer = OrganizerId::new(NOW, &mut OsRandom);
    let body = json!({"id": organizer, "name": "Théâtre du Quai"});
    let made = ana.post("/api/v1/organizers", &body).await;
    assert_eq!(made.status, 201, "{}", made.text);
    assert_eq!(made.json()["slug"], "theatre-du-quai");
    let again = ana.post("/api/v1/organizers", &body).await;
    assert_eq!((again.status.as_u16(), again.json()), (200, made.json()));
    let mine = ana.get("/api/v1/organizers").await.ok();
    assert_eq!(mine["organizers"][0]["role"], "owner");

    let venue = VenueId::new(NOW, &mut OsRandom);
    let body = json!({"id": venue, "name": "La Fabrique", "address": "1 quai de la Fosse", "postal_code": "44000", "city": "Nantes"});
    let path = format!("/api/v1/organizers/{organizer}/venues");
    assert_eq!(ana.post(&path, &body).await.status, 201);

    let id = EventId::new(NOW, &mut OsRandom);
    let mut body = json!({
        "id": id, "organizer_id": organizer, "venue_id": venue, "title": "L'Île aux pianos", "category": "theatre",
        "doors_ms": NOW, "starts_ms": NOW + HOUR, "ends_ms": NOW + 3 * HOUR,
    });
    ana.post("/api/v1/events", &body).await.ok();
    let path = format!("/api/v1/events/{id}");
    server.get(&path).await.error(404, "not_found");
    assert_eq!(ana.get(&path).await.ok()["status"], "draft");

    let window = json!({"no": 1, "name": "Samedi", "intervals": [[NOW, NOW + HOUR]]});
    ana.post(&format!("{path}/windows"), &window).await.ok();
    ana.post(
        &format!("{path}/gates"),
        &json!({"no": 1, "name": "Porte A"}),
    )
    .await
    .ok();
    let full = json!({"no": 1, "name": "Plein tarif", "price_minor": 2_800, "vat_basis_points": 210, "quota": 50,
                      "window_no": 1, "home_gate": 1});
    let types = ana.post(&format!("{path}/types"), &full).await.ok();
    assert_eq!(types["types"][0]["sold"], 0);

    body["status"] = json!("published");
    let published = Answer::of(ana.request(Method::PUT, &path).json(&body))
        .await
        .ok();
    assert_eq!(published["status"], "published");
    let seen = server.get(&path).await.ok();
    assert_eq!(seen["venue"]["city"], "Nantes");
    assert_eq!(seen["organizer"]["name"], "Théâtre du Quai");
    assert_eq!(seen["types"][0]["remaining"], 50);
    assert_eq!(
        seen["types"][0]["price"],
        json!({"minor": 2_800, "currency": "EUR"})
    );
    // 28.00 x 2.1 / 102.1
    assert_eq!(
        seen["types"][0]["vat"],
        json!({"minor": 58, "currency": "EUR"})
    );
}

#[tokio::test]
async fn whoever_has_not_verified_an_address_sells_nothing() {
    let server = TestServer::start().await;
    let ana = server.person("Ana Costa").await;
    sqlx::query("update accounts set email_verified_ms = null")
        .execute(&server.app.pool)
        .await
        .unwrap();
    let body = json!({"id": OrganizerId::new(NOW, &mut OsRandom), "name": "Ana"});
    ana.post("/api/v1/organizers", &body)
        .await
        .error(403, "forbidden");
}

#[tokio::test]
async fn door_staff_reads_an_event_and_changes_nothing_and_strangers_learn_nothing() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    let door = server.member(fixture.organizer, Role::Door, "Door").await;
    let path = format!("/api/v1/events/{}/types", fixture.event);
    assert_eq!(
        door.get(&path).await.ok()["types"][1]["door_note"],
        "Vérifier le justificatif"
    );
    let new =
        json!({"no": 3, "name": "Gratuit", "price_minor": 0, "vat_basis_points": 0, "quota": 1});
    door.post(&path, &new).await.error(403, "forbidden");
    door.post("/api/v1/events", &written(&fixture))
        .await
        .error(403, "forbidden");
    let stranger = server.person("Stranger").await;
    stranger.get(&path).await.error(404, "not_found");
    server.get(&path).await.error(401, "unauthenticated");
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    let body = json!({"organizer_id": fixture.organizer, "title": "", "category": "ballet", "time_zone": "Mars"});
    let answer = owner(&server, &fixture, Method::POST, "/api/v1/events", &body).await;
    let fields = answer.error(400, "invalid_request")["fields"].clone();
    let wrong: Vec<&str> = fields
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        wrong,
        [
            "category",
            "doors_ms",
            "ends_ms",
            "id",
            "starts_ms",
            "time_zone",
            "title",
            "venue_id"
        ]
    );
}

#[tokio::test]
async fn a_quota_is_never_less_than_what_is_held_sold_and_lent() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    sqlx::query(
        "update stock set held = 2, sold = 3, leased = 1 where event_id = $1 and type_no = $2",
    )
    .bind(fixture.event.0)
    .bind(i32::from(FULL.0))
    .execute(&server.app.pool)
    .await
    .unwrap();
    let path = format!("/api/v1/events/{}/types/{FULL}", fixture.event);
    let mut body =
        json!({"name": "Plein tarif", "price_minor": 3_600, "vat_basis_points": 550, "quota": 5});
    let refused = owner(&server, &fixture, Method::PUT, &path, &body).await;
    assert_eq!(
        refused.error(409, "conflict")["fields"]["quota"],
        "must be at least 6"
    );
    let price: i64 =
        sqlx::query_scalar("select price_minor from ticket_types where event_id = $1 and no = 1")
            .bind(fixture.event.0)
            .fetch_one(&server.app.pool)
            .await
            .unwrap();
    assert_eq!(price, 3_400, "what is refused changes nothing");

    body["quota"] = json!(6);
    let types = owner(&server, &fixture, Method::PUT, &path, &body)
        .await
        .ok();
    assert_eq!(types["types"][0]["quota"], 6);
    let event = server
        .get(&format!("/api/v1/events/{}", fixture.event))
        .await
        .ok();
    assert_eq!(event["types"][0]["remaining"], 0);
}

#[tokio::test]
async fn places_left_are_at_most_a_second_old_and_an_unchanged_page_is_not_sent_again() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    let path = format!("/api/v1/events/{}", fixture.event);
    let first = server.get(&path).await;
    let tag = first.header(ETAG.as_str()).to_owned();
    let request = server
        .request(Method::GET, &path)
        .header(IF_NONE_MATCH, &tag);
    let unchanged = Answer::of(request).await;
    assert_eq!(
        (unchanged.status.as_u16(), unchanged.text.as_str()),
        (304, "")
    );

    sqlx::query("update stock set sold = 4 where event_id = $1 and type_no = 1")
        .bind(fixture.event.0)
        .execute(&server.app.pool)
        .await
        .unwrap();
    let sold_at = Instant::now();
    loop {
        let event = server.get(&path).await;
        if event.json()["types"][0]["remaining"] == 6 {
            assert_ne!(event.header(ETAG.as_str()), tag);
            break;
        }
        assert!(sold_at.elapsed() < Duration::from_secs(1), "{}", event.text);
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_draft_is_thrown_away_and_an_event_on_sale_is_called_off_for_ever() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    let draft = event(&server, &fixture, &json!({"status": "draft"})).await;
    let draft = format!("/api/v1/events/{}", draft["id"].as_str().unwrap());
    let removed = owner(&server, &fixture, Method::DELETE, &draft, &Value::Null)
        .await
        .ok();
    assert_eq!(removed["status"], "archived");

    let path = format!("/api/v1/events/{}", fixture.event);
    for _ in 0..2 {
        let removed = owner(&server, &fixture, Method::DELETE, &path, &Value::Null)
            .await
            .ok();
        assert_eq!(removed["status"], "cancelled");
    }
    assert_eq!(
        server.get(&path).await.ok()["status"],
        "cancelled",
        "buyers still read it"
    );
    let mut body = written(&fixture);
    body["status"] = json!("published");
    owner(&server, &fixture, Method::PUT, &path, &body)
        .await
        .error(409, "conflict");
    let found = server.get("/api/v1/events").await.ok();
    assert_eq!(titles(&found), Vec::<&str>::new());
}

#[tokio::test]
async fn a_window_or_gate_that_tickets_need_is_not_deleted_and_a_number_is_used_once() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    let path = format!("/api/v1/events/{}", fixture.event);
    let ask = |method: Method, rest: &str, body: Value| {
        let path = format!("{path}/{rest}");
        let (server, fixture) = (&server, &fixture);
        async move { owner(server, fixture, method, &path, &body).await }
    };
    let vip = json!({"name": "VIP", "price_minor": 9_000, "vat_basis_points": 550, "quota": 5, "home_gate": 1, "no": 3});
    ask(Method::POST, "types", vip.clone()).await.ok();
    ask(Method::DELETE, "gates/1", Value::Null)
        .await
        .error(409, "conflict");
    assert_eq!(
        ask(Method::DELETE, "types/3", Value::Null).await.status,
        204
    );
    ask(Method::DELETE, "types/3", Value::Null)
        .await
        .error(404, "not_found");
    ask(Method::POST, "types", vip)
        .await
        .error(409, "already_exists");
    assert_eq!(
        ask(Method::DELETE, "gates/1", Value::Null).await.status,
        204
    );
    let lost = json!({"no": 4, "name": "X", "price_minor": 1, "vat_basis_points": 0, "quota": 1, "home_gate": 1, "window_no": 9});
    ask(Method::POST, "types", lost)
        .await
        .error(400, "invalid_request");
    let gate = json!({"no": 2, "name": "B", "types": [3]});
    ask(Method::POST, "gates", gate)
        .await
        .error(400, "invalid_request");
}

#[tokio::test]
async fn events_are_found_whatever_the_accents_and_by_each_filter() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    // Two events of one millisecond have no newer one.
    server.clock.advance(1_000);
    let week = |weeks: i64| json!(NOW + weeks * 7 * 24 * HOUR);
    let theatre = json!({"title": "Le Théâtre des Élégances", "description": "Une pièce pour deux comédiennes.",
        "category": "theatre", "doors_ms": week(1), "starts_ms": week(1), "ends_ms": week(2)});
    event(&server, &fixture, &theatre).await;
    event(
        &server,
        &fixture,
        &json!({"title": "Répétition", "mode": "test"}),
    )
    .await;
    event(
        &server,
        &fixture,
        &json!({"title": "Brouillon", "status": "draft"}),
    )
    .await;
    let found = |query: &'static str| {
        let server = &server;
        async move {
            let list = server.get(&format!("/api/v1/events?{query}")).await.ok();
            titles(&list).join(", ")
        }
    };
    let (night, play) = ("Nuit électro", "Le Théâtre des Élégances");
    assert_eq!(found("").await, format!("{night}, {play}"));
    assert_eq!(found("sort=title").await, format!("{play}, {night}"));
    for query in [
        "q=theatres",
        "q=ELEGANCE",
        "q=comediennes",
        "q=gances",
        "category=theatre",
        "from=2026-11-24",
    ] {
        assert_eq!(found(query).await, play, "{query}");
    }
    for query in ["q=electro", "to=2026-11-23", "category=concert"] {
        assert_eq!(found(query).await, night, "{query}");
    }
    assert_eq!(
        found("q=nantes&city=NANTES&sort=newest").await,
        format!("{play}, {night}")
    );
    for query in [
        "q=100%25",
        "q=_",
        "city=Rennes",
        "q=%22%27%5C",
        "organizer=0197e2a0-0000-7000-8000-000000000001",
    ] {
        assert_eq!(found(query).await, "", "{query}");
    }
    server
        .get("/api/v1/events?limit=101&sort=price")
        .await
        .error(400, "invalid_request");
    server
        .get("/api/v1/events?cursor=AAAA")
        .await
        .error(400, "invalid_cursor");
    server
        .get("/api/v1/events?q=%00")
        .await
        .error(400, "invalid_request");
}

#[tokio::test]
async fn pages_hold_every_event_once_in_order_whatever_the_order() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    // The same start and title: only the id tells them apart.
    for _ in 0..6 {
        event(&server, &fixture, &json!({})).await;
    }
    for sort in ["starts", "title", "newest"] {
        let whole = server
            .get(&format!("/api/v1/events?sort={sort}"))
            .await
            .ok();
        let mut paged = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let after = cursor
                .as_str()
                .map(|cursor| format!("&cursor={cursor}"))
                .unwrap_or_default();
            let page = server
                .get(&format!("/api/v1/events?sort={sort}&limit=2{after}"))
                .await
                .ok();
            paged.extend(page["events"].as_array().unwrap().iter().cloned());
            cursor = page["cursor"].clone();
            if cursor.is_null() {
                break;
            }
        }
        assert_eq!(paged.len(), 7, "{sort}");
        assert_eq!(json!(paged), whole["events"], "{sort}");
    }
}

#[tokio::test]
async fn an_events_terms_are_written_whole_and_told_to_its_team_alone() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 10).await;
    let path = format!("/api/v1/events/{}/terms", fixture.event);
    let ask = async |method, body: &Value| owner(&server, &fixture, method, &path, body).await;
    let usual = json!({
        "waiting_list": true, "offer_minutes": 120, "refund_hours": null, "refund_fee_minor": 0,
        "transfer_hours": 0, "rename_hours": 0, "reservations": false, "reservation_minutes": 30,
    });
    let says_all_of = |said: &Value, all: &Value| {
        for (name, value) in all.as_object().unwrap() {
            assert_eq!(&said[name], value, "{name}");
        }
    };
    says_all_of(&ask(Method::GET, &json!({})).await.ok(), &usual);
    let mut own = usual.clone();
    own["waiting_list"] = json!(false);
    own["refund_hours"] = json!(48);
    own["refund_fee_minor"] = json!(150);
    own["rename_hours"] = json!(null);
    own["reservations"] = json!(true);
    own["reservation_minutes"] = json!(60);
    says_all_of(&ask(Method::PUT, &own).await.ok(), &own);
    says_all_of(&ask(Method::GET, &json!({})).await.ok(), &own);
    let shown = format!("/api/v1/events/{}", fixture.event);
    assert_eq!(server.get(&shown).await.ok()["waiting_list"], false);

    let mut wrong = own.clone();
    wrong["offer_minutes"] = json!(5);
    wrong["refund_hours"] = json!(-1);
    let told = ask(Method::PUT, &wrong).await;
    let fields = &told.error(400, "invalid_request")["fields"];
    assert_eq!(fields.as_object().unwrap().len(), 2, "{fields}");
    wrong.as_object_mut().unwrap().remove("refund_hours");
    ask(Method::PUT, &wrong).await.error(400, "malformed_body");
    let stranger = server.person("Sam").await;
    let asked = server
        .request(Method::GET, &path)
        .bearer_auth(&stranger.token);
    Answer::of(asked).await.error(404, "not_found");
    says_all_of(&ask(Method::GET, &json!({})).await.ok(), &own);
}

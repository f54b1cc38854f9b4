//! Until when a reservation is kept, what ends it, and who may reserve.

use serde_json::json;
use shared::ticket::{PixelsPerModule, Qr};

use super::{HOUR, MINUTE, cancel, expired, path, reserve, state, told};
use crate::support::stall::{Stall, text};
use crate::support::{NOW, TestServer};

#[tokio::test]
async fn a_reservation_is_kept_until_shortly_before_the_event_and_then_frees_its_places() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let order = event.reserved_for("camille@example.org").await;
    let lapses = NOW + 3 * HOUR - 30 * MINUTE;
    assert_eq!(order["expires_ms"], lapses);
    assert_eq!(
        (&order["reserved_ms"], &order["state"]),
        (&json!(NOW), &json!("held"))
    );
    let again = reserve(&server, &order).await.ok();
    assert_eq!(again["expires_ms"], lapses, "asked again, it is the same");
    assert_eq!(event.places(1).await, (2, 0, 0, 0));

    let [mail] = &told(&server).await[..] else {
        panic!("one mail");
    };
    assert_eq!(
        (mail.to.as_str(), mail.subject.as_str()),
        ("camille@example.org", "Réservé\u{a0}: Nuit électro")
    );
    let code = text(&order["code"]);
    for body in [&mail.text, &mail.html] {
        for said in [
            code,
            "68,00\u{a0}€",
            "22\u{a0}h\u{a0}30",
            "12 quai des Antilles",
            "Voir ma réservation",
        ] {
            assert!(body.contains(said), "{said} is missing in {body}");
        }
    }
    let [picture] = &mail.enclosed[..] else {
        panic!("its code alone: {:?}", mail.enclosed);
    };
    let drawn = Qr::text(code).unwrap().png(PixelsPerModule::SCREEN);
    assert_eq!(picture.bytes, drawn, "what a till reads");
    assert!(
        mail.html
            .contains(&format!("cid:{}", picture.content_id.as_deref().unwrap()))
    );

    server.clock.advance(lapses - NOW - 1);
    assert_eq!(expired(&server).await, 0, "not a moment before");
    server.clock.advance(1);
    assert_eq!(expired(&server).await, 1);
    assert_eq!(event.places(1).await, (0, 0, 0, 0), "S1");
    let (mails, later) = (told(&server).await, told(&server).await);
    assert_eq!((mails.len(), later.len()), (1, 0), "told once");
    assert_eq!(
        mails[0].subject,
        "Votre réservation est tombée\u{a0}: Nuit électro"
    );
    assert!(mails[0].text.contains(code), "{}", mails[0].text);
}

#[tokio::test]
async fn a_reservation_is_paid_online_or_given_up_as_any_hold() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let order = event.reserved_for("camille@example.org").await;
    cancel(&server, &order).await.ok();
    assert_eq!(event.places(1).await, (0, 0, 0, 0), "at once (S1)");
    let order = event.reserved_for("camille@example.org").await;
    server.clock.advance(2 * HOUR);
    assert_eq!(expired(&server).await, 0);
    let paid = Stall::of(&event).pay(&order, "accept").await.ok();
    assert_eq!(
        (&paid["state"], paid["tickets"].as_array().map(Vec::len)),
        (&json!("paid"), Some(2))
    );
    assert_eq!(event.places(1).await, (0, 2, 0, 0), "S1");
    reserve(&server, &order).await.error(409, "hold_expired");
    assert_eq!(expired(&server).await, 0);
    assert!(
        told(&server)
            .await
            .iter()
            .all(|mail| !mail.subject.contains("tombée"))
    );
}

#[tokio::test]
async fn an_address_has_one_open_reservation_and_only_where_the_organizer_takes_them() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    event.terms(json!({ "reservations": false })).await;
    let order = event.held_for("camille@example.org").await;
    reserve(&server, &order).await.error(409, "conflict");
    event
        .terms(json!({ "reservations": true, "reservation_minutes": 175 }))
        .await;
    reserve(&server, &order).await.error(409, "conflict");
    assert_eq!(
        state(&server, &order).await,
        "held",
        "and still held as before"
    );
    event.terms(json!({ "reservations": true })).await;
    let mut stranger = order.clone();
    stranger["secret"] = json!("x");
    reserve(&server, &stranger).await.error(404, "not_found");
    let first = reserve(&server, &order).await.ok();
    assert_eq!(first["reserved_ms"], server.now_ms());

    let second = event.held_for("CAMILLE@example.org").await;
    reserve(&server, &second).await.error(409, "conflict");
    let another = event.reserved_for("noel@example.org").await;
    assert!(another["reserved_ms"].is_i64());
    cancel(&server, &order).await.ok();
    reserve(&server, &second).await.ok();

    // With a gift it is paid online.
    let mut gift = serde_json::to_value(Stall::of(&event).request(&[(1, 1)])).unwrap();
    gift["email"] = json!("ana@example.org");
    gift["donation_minor"] = json!(500);
    Stall::of(&event)
        .change("update events set asks_donation = true where id = $1")
        .await;
    let held = server.post("/api/v1/orders", &gift).await.ok();
    reserve(&server, &held).await.error(409, "conflict");
    let shown = server.get(&path(&held, "")).await.ok();
    assert_eq!(
        (&shown["state"], shown.get("reserved_ms")),
        (&json!("held"), None)
    );
}

#[tokio::test]
async fn of_two_reservations_of_one_address_at_once_one_is_made() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let (one, other) = (
        event.held_for("camille@example.org").await,
        event.held_for("camille@example.org").await,
    );
    let (a, b) = tokio::join!(reserve(&server, &one), reserve(&server, &other));
    let mut statuses = [a.status.as_u16(), b.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}

#[tokio::test]
async fn a_reservation_follows_its_event_and_ends_with_it() {
    let server = TestServer::start().await;
    let event = server.event_on_sale(50).await;
    event.takes_reservations().await;
    let order = event.reserved_for("camille@example.org").await;
    told(&server).await;
    let about = format!("/api/v1/events/{}", event.id);
    let mut body = server.get(&about).await.ok();
    let venue = body["venue"]["id"].clone();
    body["starts_ms"] = json!(NOW + 5 * HOUR);
    let kept = ["title", "category", "doors_ms", "starts_ms", "ends_ms"];
    let put = |starts_ms: i64, status: &str| {
        let mut put = json!({ "id": event.id, "organizer_id": event.organizer, "venue_id": venue, "status": status });
        for name in kept {
            put[name] = body[name].clone();
        }
        put["starts_ms"] = json!(starts_ms);
        put
    };
    event
        .owner
        .put(&about, &put(NOW + 5 * HOUR, "published"))
        .await
        .ok();
    let moved = server.get(&path(&order, "")).await.ok();
    assert_eq!(moved["expires_ms"], NOW + 5 * HOUR - 30 * MINUTE);
    event
        .owner
        .put(&about, &put(NOW + 5 * HOUR, "cancelled"))
        .await
        .ok();
    assert_eq!(expired(&server).await, 1);
    assert_eq!(event.places(1).await, (0, 0, 0, 0), "S1");
    let mails = told(&server).await;
    let off = mails.iter().find(|mail| mail.to == "camille@example.org");
    let off = off.expect("whoever reserved is told");
    assert!(off.text.contains("n’aura pas lieu"), "{}", off.text);
}

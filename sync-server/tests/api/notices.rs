//! What everybody with tickets is told of their event, and who has not finished an order of it.

use serde_json::json;
use shared::ids::VenueId;
use sync_server::catalog::venues::{self, VenueRequest};
use sync_server::edge::OsRandom;
use sync_server::messages::sender;
use sync_server::orders::expire::expire;
use sync_server::orders::notices::{carts, remind, tell};

use crate::store::{location, page, says};
use crate::support::fixtures::{self, EventFixture};
use crate::support::mails::ReadMail;
use crate::support::stall::{Stall, text};
use crate::support::{Answer, NOW, TestServer, until};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Mails that were not there before, after everything that is due was told and sent.
async fn told(server: &TestServer) -> Vec<ReadMail> {
    let before = server.mails().len();
    remind::sweep(&server.app).await.unwrap();
    carts::sweep(&server.app).await.unwrap();
    tell::sweep(&server.app).await.unwrap();
    while sender::send_due(&server.app).await.unwrap() > 0 {}
    let mut mails = server.mails().split_off(before);
    // Orders of one moment have no order.
    mails.sort_by(|a, b| a.to.cmp(&b.to));
    mails
}

/// The only one that names the order.
fn of<'a>(mails: &'a [ReadMail], order: &serde_json::Value) -> &'a ReadMail {
    let code = text(&order["code"]);
    let mut found = mails.iter().filter(|mail| mail.text.contains(code));
    let mail = found
        .next()
        .unwrap_or_else(|| panic!("no mail of {code} in {mails:?}"));
    assert!(found.next().is_none(), "{code} twice");
    mail
}

/// Two guests' orders of one place each, with the mails of their tickets behind them.
async fn two_orders(stall: &Stall<'_>) -> [serde_json::Value; 2] {
    let orders = [stall.bought(&[(1, 1)]).await, stall.bought(&[(1, 1)]).await];
    while sender::send_due(&stall.server.app).await.unwrap() > 0 {}
    orders
}

/// The event with other fields, as its owner sends it.
async fn put(server: &TestServer, fixture: &EventFixture, changes: serde_json::Value) {
    let mut body = json!({
        "id": fixture.event, "organizer_id": fixture.organizer, "venue_id": fixture.venue, "title": "Nuit électro",
        "category": "concert", "doors_ms": NOW + 99 * HOUR, "starts_ms": NOW + 100 * HOUR, "ends_ms": NOW + 106 * HOUR,
    });
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    let path = format!("/api/v1/events/{}", fixture.event);
    let request = server.request(reqwest::Method::PUT, &path);
    Answer::of(request.bearer_auth(&fixture.owner_token).json(&body))
        .await
        .ok();
}

async fn another_venue(server: &TestServer, fixture: &EventFixture) -> VenueId {
    let id = VenueId::new(server.now_ms(), &mut OsRandom);
    let request = VenueRequest {
        id: id.to_string(),
        name: "Stereolux".into(),
        address: "4 boulevard Léon Bureau".into(),
        postal_code: "44200".into(),
        city: "Nantes".into(),
        ..VenueRequest::default()
    };
    let mut connection = server.app.pool.acquire().await.unwrap();
    let new = request.parse().unwrap();
    venues::create(&mut connection, fixture.organizer, &new, server.now_ms())
        .await
        .unwrap();
    id
}

#[tokio::test]
async fn another_date_or_place_is_told_once_to_who_bought_before_it() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 100).await;
    put(&server, &fixture, json!({})).await;
    let stall = fixture.stall(&server);
    server.clock.advance(11 * MINUTE);
    assert_eq!(told(&server).await.len(), 0, "nobody had bought");
    let orders = two_orders(&stall).await;
    let venue = another_venue(&server, &fixture).await;
    put(&server, &fixture, json!({"title": "Nuit électro, la fête"})).await;
    put(&server, &fixture, json!({"starts_ms": NOW + 101 * HOUR})).await;
    server.clock.advance(9 * MINUTE);
    assert_eq!(told(&server).await.len(), 0, "it may be corrected yet");
    put(
        &server,
        &fixture,
        json!({"starts_ms": NOW + 102 * HOUR, "venue_id": venue}),
    )
    .await;
    stall.bought(&[(1, 1)]).await;
    while sender::send_due(&server.app).await.unwrap() > 0 {}
    server.clock.advance(MINUTE);
    let (mails, again) = (told(&server).await, told(&server).await);
    assert_eq!((mails.len(), again.len()), (2, 0));
    for order in &orders {
        let mail = of(&mails, order);
        assert_eq!(mail.subject, "Changement pour Nuit électro");
        for body in [&mail.text, &mail.html] {
            for detail in [
                "vendredi 27 novembre 2026 à 0\u{a0}h, La Fabrique du Quai, Nantes",
                "vendredi 27 novembre 2026 à 2\u{a0}h, Stereolux, Nantes",
            ] {
                assert!(body.contains(detail), "{detail} is missing in {body}");
            }
        }
    }
    put(
        &server,
        &fixture,
        json!({"starts_ms": NOW + 103 * HOUR, "venue_id": venue}),
    )
    .await;
    put(
        &server,
        &fixture,
        json!({"starts_ms": NOW + 102 * HOUR, "venue_id": venue}),
    )
    .await;
    server.clock.advance(10 * MINUTE);
    assert_eq!(told(&server).await.len(), 0, "it is as it was told");
}

#[tokio::test]
async fn an_event_that_is_called_off_is_told_at_once_to_whoever_has_tickets() {
    let server = TestServer::start().await;
    let fixture = fixtures::published_event(&server, 100).await;
    put(&server, &fixture, json!({})).await;
    let stall = fixture.stall(&server);
    let [kept, refunded] = two_orders(&stall).await;
    let refund = json!({
        "id": uuid::Uuid::from_u128(7), "amount_minor": 3_400, "reason": "souhaité",
    });
    let path = format!("/api/v1/orders/{}/refunds", text(&refunded["id"]));
    let request = server.request(reqwest::Method::POST, &path);
    Answer::of(request.bearer_auth(&fixture.owner_token).json(&refund))
        .await
        .ok();
    let refunds = told(&server).await;
    assert_eq!(refunds.len(), 1);
    assert!(
        refunds[0].text.contains("la totalité de la commande"),
        "{}",
        refunds[0].text
    );
    put(
        &server,
        &fixture,
        json!({"status": "cancelled", "starts_ms": NOW + 101 * HOUR}),
    )
    .await;
    let mails = told(&server).await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Nuit électro est annulé");
    assert!(mails[0].text.contains(text(&kept["code"])));
    server.clock.advance(HOUR);
    assert_eq!(told(&server).await.len(), 0);
}

/// Moves the event of a stall.
async fn starts_at(stall: &Stall<'_>, starts_ms: i64) {
    let mut tx = sync_server::database::transaction::begin(&stall.server.app.pool)
        .await
        .unwrap();
    for (statement, is_change) in [
        ("select begin_change($1, $2)", true),
        (
            "update events set doors_ms = $3 - 3600000, starts_ms = $3, ends_ms = $3 + 10800000
             where organizer_id = $1 and id = $2",
            false,
        ),
    ] {
        let mut query = sqlx::query(statement)
            .bind(stall.organizer.0)
            .bind(stall.event.0);
        if !is_change {
            query = query.bind(starts_ms);
        }
        query.execute(&mut *tx).await.unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_day_before_at_ten_each_order_is_reminded_once_whoever_dies_meanwhile() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    // It is Sunday, 20:00 in Paris; the event is on Tuesday at 20:30.
    starts_at(&stall, NOW + 48 * HOUR + 30 * MINUTE).await;
    let orders = two_orders(&stall).await;
    server.clock.advance(14 * HOUR - 1);
    assert_eq!(told(&server).await.len(), 0);
    let late = stall.bought(&[(1, 1)]).await;
    while sender::send_due(&server.app).await.unwrap() > 0 {}
    server.clock.advance(1);
    let mut mails = Vec::new();
    remind::sweep(&server.app).await.unwrap();
    for _ in 0..5 {
        let app = server.app.clone();
        let killed = tokio::spawn(async move { tell::sweep(&app).await });
        tokio::task::yield_now().await;
        killed.abort();
        let _ = killed.await;
    }
    // The rows of whoever died are free again once PostgreSQL has noticed.
    until("both are told", async || {
        let (a, b) = tokio::join!(tell::sweep(&server.app), tell::sweep(&server.app));
        a.and(b).unwrap();
        mails.extend(told(&server).await);
        mails.len() >= 2
    })
    .await;
    assert_eq!(mails.len(), 2);
    for order in &orders {
        let mail = of(&mails, order);
        assert_eq!(mail.subject, "Demain\u{a0}: Nuit électrique");
        for detail in [
            "mardi 24 novembre 2026 à 20\u{a0}h\u{a0}30",
            "Le Quai, Nantes",
            "19\u{a0}h\u{a0}30",
        ] {
            assert!(
                mail.text.contains(detail),
                "{detail} is missing in {}",
                mail.text
            );
        }
        assert!(!mail.text.contains(text(&late["code"])));
    }
    server.clock.advance(HOUR);
    assert_eq!(told(&server).await.len(), 0);
    // Put off to Thursday: another day before.
    starts_at(&stall, NOW + 96 * HOUR + 30 * MINUTE).await;
    server.clock.advance(47 * HOUR);
    assert_eq!(told(&server).await.len(), 3);
}

impl Stall<'_> {
    /// A guest who ticks the box, or not, and whose card is refused.
    async fn given_up(&self, email: &str, remind: &str) {
        let checkout = self.reserved().await;
        let fields = [
            ("email", email),
            ("name", "Camille Roux"),
            ("method", "decline"),
            ("remind", remind),
        ];
        let answer = Answer::of(self.server.form(&checkout, &fields)).await;
        assert_eq!(answer.status, 402, "{}", answer.text);
    }
}

#[tokio::test]
async fn whoever_asked_is_reminded_of_an_unfinished_order_three_times_until_one_click() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3_400, 100)]).await;
    starts_at(&stall, NOW + 200 * HOUR).await;
    let shown = page(&server, &stall.reserved().await).await;
    assert!(
        !shown.text.contains("value=\"yes\" checked"),
        "nobody asked yet"
    );
    stall.given_up("ana@example.org", "yes").await;
    stall.given_up("bob@example.org", "").await;
    stall.given_up("eve@example.org", "yes").await;
    stall.given_up("zoe@example.org", "yes").await;
    server.clock.advance(20 * MINUTE);
    expire(&server.app.pool, server.now_ms()).await.unwrap();
    // Zoé comes back and buys.
    let checkout = stall.reserved().await;
    let fields = [
        ("email", "Zoe@example.org"),
        ("name", "Zoé"),
        ("method", "accept"),
    ];
    let order = location(&Answer::of(server.form(&checkout, &fields)).await);
    stall.until_says(&order, "C’est réservé").await;
    server.clock.advance(40 * MINUTE - 1);
    let early = told(&server).await;
    assert!(
        early
            .iter()
            .all(|mail| mail.subject.starts_with("Vos billets")),
        "{early:?}"
    );
    server.clock.advance(1);
    let first = told(&server).await;
    let to: Vec<_> = first.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["ana@example.org", "eve@example.org"]);
    assert_eq!(told(&server).await.len(), 0);
    let mail = &first[0];
    assert_eq!(
        mail.subject,
        "Vos places pour Nuit électrique vous attendent"
    );
    let event = server.url(&format!("/fr/events/{}", stall.event));
    assert!(mail.text.contains(&event), "{}", mail.text);
    assert_eq!(
        mail.header("list-unsubscribe-post").as_deref(),
        Some("List-Unsubscribe=One-Click")
    );
    let link = mail.header("list-unsubscribe").unwrap();
    let link = link.trim_matches(['<', '>']);
    assert!(mail.text.contains(link) && mail.html.contains("Ne plus recevoir de rappels"));
    let path = link.strip_prefix(&server.url("")).unwrap().to_owned();
    // A program that looks into links stops nothing.
    says(&page(&server, &path).await, "ana@example.org");
    server.clock.advance(23 * HOUR);
    let second = told(&server).await;
    assert_eq!(second.len(), 2);
    assert_eq!(second[0].subject, "Encore des places pour Nuit électrique");
    let one_click = server
        .request(reqwest::Method::POST, &path)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("List-Unsubscribe=One-Click");
    let stopped = Answer::of(one_click).await;
    assert_eq!(stopped.status, 200, "{}", stopped.text);
    says(&stopped, "C’est fait");
    server.clock.advance(48 * HOUR);
    let third = told(&server).await;
    let to: Vec<_> = third.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["eve@example.org"]);
    assert_eq!(third[0].subject, "Dernier rappel pour Nuit électrique");
    server.clock.advance(48 * HOUR);
    assert_eq!(told(&server).await.len(), 0);
    let forged = page(&server, "/fr/reminders/stop?token=AAAA").await;
    assert_eq!(forged.status, 404);
}

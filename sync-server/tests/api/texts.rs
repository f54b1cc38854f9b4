//! Text messages: the link to the tickets and the reminder, to numbers that buyers leave for that. Whoever sends them is a
//! real HTTP server here, in the form of Twilio's API.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::extract::{Form, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use reqwest::Method;
use serde_json::json;
use sync_server::config::{Secret, SmsSettings};
use sync_server::messages::sms::sender::send_due;
use sync_server::orders::notices::{remind, tell};

use crate::store::{location, says};
use crate::support::stall::{Stall, text};
use crate::support::{Answer, TestServer};

#[derive(Clone, Debug, PartialEq, Eq)]
struct Heard {
    authorization: String,
    account: String,
    fields: Vec<(String, String)>,
}

impl Heard {
    fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(field, _)| field == name);
        found.map_or("", |(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct Exchange {
    heard: Mutex<Vec<Heard>>,
    /// What is answered next; then 201.
    answers: Mutex<VecDeque<(u16, i64)>>,
}

async fn take(
    State(exchange): State<Arc<Exchange>>,
    Path(account): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let authorization = headers["authorization"].to_str().unwrap().to_owned();
    let mut heard = exchange.heard.lock().unwrap();
    heard.push(Heard {
        authorization,
        account,
        fields,
    });
    let number = heard.len();
    match exchange.answers.lock().unwrap().pop_front() {
        Some((status, code)) => {
            let status = StatusCode::from_u16(status).unwrap();
            let refused = json!({ "code": code, "message": "no", "status": status.as_u16() });
            (status, axum::Json(refused)).into_response()
        }
        None => {
            let sent = json!({ "sid": format!("SM{number}"), "status": "queued" });
            (StatusCode::CREATED, axum::Json(sent)).into_response()
        }
    }
}

/// A server whose text messages go there.
struct Phones {
    server: TestServer,
    exchange: Arc<Exchange>,
}

impl Phones {
    async fn start() -> Self {
        let exchange = Arc::new(Exchange::default());
        let routes = axum::Router::new()
            .route("/2010-04-01/Accounts/{account}/Messages.json", post(take))
            .with_state(Arc::clone(&exchange));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let mut settings = SmsSettings::new("AC0123", Secret::new("hunter2"), "TicketHub");
        settings.api_base = format!("http://{address}");
        settings.patience = Duration::from_secs(5);
        let server = TestServer::start_with(|config| config.sms = Some(settings)).await;
        Self { server, exchange }
    }

    fn heard(&self) -> Vec<Heard> {
        self.exchange.heard.lock().unwrap().clone()
    }

    fn answers(&self, answers: &[(u16, i64)]) {
        self.exchange.answers.lock().unwrap().extend(answers);
    }

    async fn send(&self) -> usize {
        send_due(&self.server.app).await.unwrap();
        self.heard().len()
    }

    async fn see(&self, path: &str) -> Answer {
        let request = self.server.request(Method::GET, path);
        Answer::of(request.header("accept", "text/html")).await
    }

    async fn leave(&self, path: &str, phone: &str) -> Answer {
        let (path, secret) = path.split_once('?').unwrap();
        let form = self
            .server
            .form(&format!("{path}/text?{secret}"), &[("phone", phone)]);
        Answer::of(form.header("accept", "text/html")).await
    }
}

async fn bought(stall: &Stall<'_>, language: &str) -> String {
    let order = stall.bought(&[(1, 1)]).await;
    let (id, secret) = (text(&order["id"]), text(&order["secret"]));
    format!("/{language}/orders/{id}?secret={secret}")
}

#[tokio::test]
async fn a_buyer_leaves_a_number_and_has_the_link_and_a_reminder_there() {
    let phones = Phones::start().await;
    let stall = phones.server.stall(&[(3400, 5)]).await;
    let page = bought(&stall, "fr").await;
    says(&phones.see(&page).await, "Recevoir le lien par SMS");
    let wrong = phones.leave(&page, "12 <b>").await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "Ce n’est pas un numéro de mobile");
    says(&wrong, "value=\"12 &#60;b&#62;\"");
    assert_eq!(phones.send().await, 0);

    assert_eq!(location(&phones.leave(&page, "06 12 34 56 78").await), page);
    says(&phones.see(&page).await, "numéro terminé par 78");
    assert_eq!(phones.send().await, 1);
    let first = &phones.heard()[0];
    assert_eq!(first.account, "AC0123");
    // AC0123:hunter2
    assert_eq!(first.authorization, "Basic QUMwMTIzOmh1bnRlcjI=");
    assert_eq!(
        (first.field("To"), first.field("From")),
        ("+33612345678", "TicketHub")
    );
    let body = first.field("Body");
    assert!(
        body.starts_with("Vos billets pour Nuit électrique, le 22 nov."),
        "{body}"
    );
    let (_, link) = body.split_once("http").unwrap();
    let (_, path) = link.split_once("/orders/").unwrap();
    let opened = phones.see(&format!("/orders/{path}")).await;
    assert_eq!(location(&opened), page);
    assert_eq!(phones.send().await, 1, "once");

    // Another number, and one more; then it is enough.
    for phone in ["+49 151 23456789", "+33 7 12 34 56 78"] {
        assert_eq!(location(&phones.leave(&page, phone).await), page);
    }
    let wrong = phones.leave(&page, "+33 7 12 34 56 79").await;
    assert_eq!(wrong.status, 422);
    says(&wrong, "Trois SMS ont été envoyés");
    assert_eq!(phones.send().await, 3);

    stall
        .change("update events set doors_ms = doors_ms + 172800000, starts_ms = starts_ms + 172800000, ends_ms = ends_ms + 172800000 where id = $1")
        .await;
    phones.server.clock.advance(24 * 3_600_000);
    remind::sweep(&phones.server.app).await.unwrap();
    tell::sweep(&phones.server.app).await.unwrap();
    assert_eq!(phones.send().await, 4);
    let last = &phones.heard()[3];
    assert_eq!(last.field("To"), "+33712345678");
    assert!(last.field("Body").starts_with("C’est demain"), "{last:?}");
}

#[tokio::test]
async fn what_is_put_off_is_sent_later_and_what_is_refused_is_kept() {
    let phones = Phones::start().await;
    let stall = phones.server.stall(&[(3400, 5)]).await;
    let page = bought(&stall, "en").await;
    phones.answers(&[(503, 0), (429, 20_429), (401, 20_003)]);
    phones.leave(&page, "+33612345678").await;
    let mut wait_ms = 5_000;
    for tried in 1..=3 {
        assert_eq!(phones.send().await, tried);
        assert_eq!(phones.send().await, tried, "not before its time");
        phones.server.clock.advance(wait_ms);
        wait_ms *= 2;
    }
    assert_eq!(phones.send().await, 4);
    phones.server.clock.advance(24 * 3_600_000);
    assert_eq!(phones.send().await, 4, "it is sent");

    // Twilio: "is not a mobile number".
    phones.answers(&[(400, 21_614)]);
    phones.leave(&page, "+33145678901").await;
    assert_eq!(phones.send().await, 5);
    phones.server.clock.advance(24 * 3_600_000);
    assert_eq!(phones.send().await, 5, "no further try");
    let error: String = sqlx::query_scalar(
        "select last_error from outbox where channel = 'sms' and failed_ms is not null",
    )
    .fetch_one(&phones.server.app.pool)
    .await
    .unwrap();
    assert!(error.contains("21614") && !error.contains("+33"), "{error}");
}

#[tokio::test]
async fn nobody_is_asked_for_a_number_where_no_text_messages_are_sent_or_no_tickets_are_there() {
    let server = TestServer::start().await;
    let stall = server.stall(&[(3400, 5)]).await;
    let page = bought(&stall, "fr").await;
    let shown = Answer::of(server.request(Method::GET, &page)).await;
    assert!(!shown.text.contains("SMS"), "{}", shown.text);

    let phones = Phones::start().await;
    let stall = phones.server.stall(&[(3400, 5)]).await;
    let held = stall.held(&[(1, 1)]).await;
    let (id, secret) = (text(&held["id"]), text(&held["secret"]));
    let page = format!("/fr/orders/{id}?secret={secret}");
    assert_eq!(location(&phones.leave(&page, "+33612345678").await), page);
    let stranger = page.replace(secret, &"x".repeat(secret.len()));
    assert_eq!(phones.leave(&stranger, "+33612345678").await.status, 404);
    assert_eq!(phones.send().await, 0);
}

//! Paying at Stripe: the real server, its own PostgreSQL, and the double over sockets.

mod asked;
mod bought;
mod connected;
mod down;
mod element;
mod refunded;
mod store;
mod told;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use shared::clock::ManualClock;
use stripe_double::{Double, Settings};
use sync_server::config::{Secret, StripeSettings};
use sync_server::edge::OsRandom;
use sync_server::orders::expire::expire;

use crate::support::stall::{Stall, order_id, text};
use crate::support::{Answer, NOW, TestServer, until};

const SECRET: &str = "whsec_of_tests";
const KEY: &str = "sk_test_double";

/// A server whose money comes by the double.
struct Till {
    server: TestServer,
    double: Double,
    clock: Arc<ManualClock>,
}

impl Till {
    async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    async fn open_with(settle: impl FnOnce(&mut StripeSettings)) -> Self {
        let clock = Arc::new(ManualClock::at(NOW));
        let settings = Settings::new(clock.clone(), Box::new(OsRandom));
        let double = Double::start(settings).await.unwrap();
        let mut stripe = StripeSettings::new(Secret::new(KEY), vec![Secret::new(SECRET)]);
        stripe.api_base = double.base();
        settle(&mut stripe);
        let server = TestServer::start_with(|config| config.stripe = Some(stripe)).await;
        double.deliver_to(&server.url("/webhooks/stripe"), &[SECRET]);
        Self {
            server,
            double,
            clock,
        }
    }

    /// One that waits for Stripe no longer than a test may.
    async fn impatient() -> Self {
        Self::open_with(|stripe| stripe.patience = Duration::from_secs(3)).await
    }

    /// Both clocks.
    fn advance(&self, ms: i64) {
        self.clock.advance(ms);
        self.server.clock.advance(ms);
    }

    /// The hold's time is up, and the job has seen it.
    async fn hold_ends(&self) {
        self.advance(600_000);
        expire(&self.server.app.pool, self.server.now_ms())
            .await
            .unwrap();
    }

    /// Where the buyer goes on, of an order that is held.
    async fn redirected(&self, stall: &Stall<'_>, order: &Value, method: &str) -> String {
        let paying = stall.pay_nowait(order, method).await.ok();
        assert_eq!(paying["state"], "held", "{paying}");
        let url = text(&paying["redirect_url"]);
        assert!(url.starts_with(&self.double.base()), "{url}");
        url.to_owned()
    }

    /// The buyer presses a button on a page of Stripe's.
    async fn press(&self, page: &str, choice: &str) -> Answer {
        let request = self
            .server
            .client
            .post(page)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("choice={choice}"));
        Answer::of(request).await
    }

    async fn state(&self, order: &Value) -> String {
        sqlx::query_scalar("select state from orders where id = $1")
            .bind(order_id(order).0)
            .fetch_one(&self.server.app.pool)
            .await
            .unwrap()
    }

    async fn becomes(&self, order: &Value, state: &str) {
        until(&format!("the order is {state}"), async || {
            self.state(order).await == state
        })
        .await;
    }

    /// State, and whether it went back, of an order's payments, the oldest first.
    async fn payments(&self, order: &Value) -> Vec<(String, bool)> {
        sqlx::query_as(
            "select state, given_back_ms is not null from payments where order_id = $1 order by created_ms, id",
        )
        .bind(order_id(order).0)
        .fetch_all(&self.server.app.pool)
        .await
        .unwrap()
    }

    /// Stripe's name for the payment that came.
    async fn intent(&self, order: &Value) -> String {
        sqlx::query_scalar(
            "select reference from payments where order_id = $1 and reference like 'pi_%'",
        )
        .bind(order_id(order).0)
        .fetch_one(&self.server.app.pool)
        .await
        .unwrap()
    }

    /// Until every event so far was answered.
    async fn all_told(&self) {
        until("all events are told", async || {
            let told: std::collections::HashSet<String> = self
                .double
                .attempts()
                .into_iter()
                .filter(|attempt| attempt.status == Some(200))
                .map(|attempt| attempt.event)
                .collect();
            self.double
                .events()
                .iter()
                .all(|event| told.contains(text(&event["id"])))
        })
        .await;
    }

    /// A call to Stripe that is not the server's.
    async fn call(&self, path: &str, form: &str) -> Value {
        let request = self
            .server
            .client
            .request(Method::POST, format!("{}{path}", self.double.base()))
            .bearer_auth(KEY)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned());
        Answer::of(request).await.ok()
    }
}

/// Somebody's words to our webhook.
async fn tell(server: &TestServer, body: &str, signature: Option<&str>) -> Answer {
    let mut request = server
        .request(Method::POST, "/webhooks/stripe")
        .header("content-type", "application/json")
        .body(body.to_owned());
    if let Some(signature) = signature {
        request = request.header("stripe-signature", signature);
    }
    Answer::of(request).await
}

fn paid() -> Vec<(String, bool)> {
    vec![("succeeded".to_owned(), false)]
}

fn refund(amount_minor: i64) -> Value {
    let id = shared::ids::RefundId::new(NOW, &mut OsRandom);
    json!({ "id": id, "amount_minor": amount_minor, "reason": "Empêchement" })
}

fn refunds(order: &Value) -> String {
    format!("/api/v1/orders/{}/refunds", text(&order["id"]))
}

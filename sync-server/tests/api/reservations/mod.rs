//! Reserved in the store, paid at the box office: kept until shortly before the event, and never sold twice.

mod kept;
mod pages;
mod raced;
mod taken_over;

use reqwest::Method;
use serde_json::{Value, json};
use shared::wire::latest::TakeOverAnswer;
use sync_server::messages::sender;
use sync_server::orders::expire::expire;
use sync_server::orders::reservation;

use crate::support::door::{Device, Event};
use crate::support::mails::ReadMail;
use crate::support::stall::{Stall, text};
use crate::support::{Answer, TestServer};

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;

/// Mails that were not there before, once everything that has lapsed was told.
async fn told(server: &TestServer) -> Vec<ReadMail> {
    let before = server.mails().len();
    reservation::sweep(&server.app).await.unwrap();
    while sender::send_due(&server.app).await.unwrap() > 0 {}
    server.mails().split_off(before)
}

/// Ends what is over by now; how many orders.
async fn expired(server: &TestServer) -> u64 {
    expire(&server.app.pool, server.now_ms()).await.unwrap()
}

impl Event<'_> {
    /// It begins in three hours, and its organizer takes reservations until half an hour before.
    async fn takes_reservations(&self) {
        Stall::of(self)
            .change(
                "update events set doors_ms = doors_ms + 10800000, starts_ms = starts_ms + 10800000,
                     ends_ms = ends_ms + 10800000
                 where id = $1",
            )
            .await;
        self.terms(json!({ "reservations": true })).await;
    }

    async fn terms(&self, changed: Value) {
        let mut terms = json!({ "waiting_list": true, "offer_minutes": 120, "refund_hours": null,
            "refund_fee_minor": 0, "transfer_hours": 0, "rename_hours": 0 });
        for (name, value) in changed.as_object().unwrap() {
            terms[name] = value.clone();
        }
        let path = format!("/api/v1/events/{}/terms", self.id);
        self.owner.put(&path, &terms).await.ok();
    }

    /// Two places of type 1, held for whoever has this address.
    async fn held_for(&self, email: &str) -> Value {
        let stall = Stall::of(self);
        let mut body = serde_json::to_value(stall.request(&[(1, 2)])).unwrap();
        body["email"] = json!(email);
        self.server.post("/api/v1/orders", &body).await.ok()
    }

    /// The same, and reserved.
    async fn reserved_for(&self, email: &str) -> Value {
        let held = self.held_for(email).await;
        let mut order = reserve(self.server, &held).await.ok();
        order["secret"] = held["secret"].clone();
        order
    }
}

/// Below an order's address, with its secret.
fn path(order: &Value, below: &str) -> String {
    let (id, secret) = (text(&order["id"]), text(&order["secret"]));
    format!("/api/v1/orders/{id}{below}?secret={secret}")
}

async fn reserve(server: &TestServer, order: &Value) -> Answer {
    server.post(&path(order, "/reserve"), &json!({})).await
}

async fn cancel(server: &TestServer, order: &Value) -> Answer {
    server.post(&path(order, "/cancel"), &json!({})).await
}

/// How it stands.
async fn state(server: &TestServer, order: &Value) -> String {
    let order = server.get(&path(order, "")).await.ok();
    text(&order["state"]).to_owned()
}

async fn post(device: &Device<'_>, path: &str, body: &Value) -> Answer {
    let path = format!("/api/v1/sync/orders/{path}");
    Answer::of(device.request(Method::POST, &path).json(body)).await
}

async fn take_over(device: &Device<'_>, order: &Value) -> TakeOverAnswer {
    let path = format!("{}/take-over", text(&order["id"]));
    let answer = post(device, &path, &json!({ "have": "" })).await;
    serde_json::from_value(answer.ok()).unwrap()
}

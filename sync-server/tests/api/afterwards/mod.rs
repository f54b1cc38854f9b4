//! What people do about tickets before there are any for them, and once they have bought.

mod given;
mod kept;
mod line;
mod raced;
mod resold;

use serde_json::{Value, json};
use shared::ids::RefundId;
use sync_server::accounts::Role;
use sync_server::edge::OsRandom;
use sync_server::messages::sender;
use sync_server::orders::waiting_list;

use crate::support::door::Event;
use crate::support::mails::ReadMail;
use crate::support::stall::{Stall, text};
use crate::support::{Answer, NOW, TestServer};

/// Mails that were not there before, after everything that is due was offered and sent.
pub(crate) async fn told(server: &TestServer) -> Vec<ReadMail> {
    let before = server.mails().len();
    waiting_list::sweep(&server.app).await.unwrap();
    while sender::send_due(&server.app).await.unwrap() > 0 {}
    server.mails().split_off(before)
}

/// The path of the first link with `word` in it.
#[track_caller]
pub(crate) fn link(server: &TestServer, mail: &ReadMail, word: &str) -> String {
    let found = mail
        .text
        .split_whitespace()
        .find(|part| part.starts_with("http") && part.contains(word));
    let found = found.unwrap_or_else(|| panic!("no {word} in {}", mail.text));
    found.strip_prefix(&server.url("")).unwrap().to_owned()
}

impl<'a> Stall<'a> {
    /// An event whose organizer has keys, so that the server lets people in.
    pub(crate) fn of(event: &'a Event<'_>) -> Self {
        Self {
            server: event.server,
            organizer: event.organizer,
            event: event.id,
        }
    }

    /// All of an order's money, by a clerk.
    pub(crate) async fn refund(&self, order: &Value) {
        let name = format!("Caisse {}", text(&order["code"]));
        let clerk = self
            .server
            .member(self.organizer, Role::BoxOffice, &name)
            .await;
        let path = format!("/api/v1/orders/{}/refunds", text(&order["id"]));
        let body = json!({
            "id": RefundId::new(NOW, &mut OsRandom), "amount_minor": order["total_minor"], "reason": "Empêchement",
        });
        clerk.post(&path, &body).await.ok();
    }

    /// A form as a browser on this site sends it.
    pub(crate) async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        Answer::of(self.server.form(path, fields).header("accept", "text/html")).await
    }
}

//! What sells more than a price does: promo codes and what a type asks besides money.

mod checkout;
mod donation;
mod office;
mod options;
mod promo;
mod terms;

use reqwest::Method;
use serde_json::{Value, json};
use shared::ids::PromoId;
use sync_server::edge::OsRandom;
use sync_server::orders::promo::{PromoRequest, codes};

use crate::support::stall::Stall;
use crate::support::{Answer, TestServer};

impl Stall<'_> {
    /// A code of this event, by the function behind API and office; `terms` as in the API.
    pub(crate) async fn code(&self, code: &str, terms: Value) -> PromoId {
        let mut request: PromoRequest = serde_json::from_value(terms).unwrap();
        request.id = PromoId::new(self.server.now_ms(), &mut OsRandom).to_string();
        request.event_id = Some(self.event);
        request.code = code.to_owned();
        let new = request.parse(None).unwrap();
        let mut connection = self.server.app.pool.acquire().await.unwrap();
        let now_ms = self.server.now_ms();
        codes::create(&mut connection, self.organizer, &new, now_ms)
            .await
            .unwrap();
        new.id
    }

    /// What a guest of that address sends for so many places with a code.
    pub(crate) fn coded(&self, lines: &[(u16, u32)], code: &str, email: &str) -> Value {
        let mut request = self.request(lines);
        request.promo_code = Some(code.to_owned());
        email.clone_into(&mut request.email);
        serde_json::to_value(request).unwrap()
    }

    pub(crate) async fn hold_coded(&self, lines: &[(u16, u32)], code: &str) -> Answer {
        let body = self.coded(lines, code, "camille@example.org");
        self.server.post("/api/v1/orders", &body).await
    }

    /// Orders that have the code, by its own count.
    pub(crate) async fn taken(&self, code: PromoId) -> i64 {
        let query = "select taken::bigint from promo_codes where id = $1";
        self.server.number(query, code.0).await
    }

    async fn cancelled(&self, order: &Value) {
        let (id, secret) = (order["id"].as_str().unwrap(), &order["secret"]);
        let path = format!(
            "/api/v1/orders/{id}/cancel?secret={}",
            secret.as_str().unwrap()
        );
        self.server.post(&path, &json!({})).await.ok();
    }
}

/// Why a code was refused.
#[track_caller]
fn refused(answer: &Answer) -> String {
    let body = answer.error(409, "conflict");
    body["fields"]["promo_code"].as_str().unwrap().to_owned()
}

/// A page as a browser asks for it, sent a form.
async fn send(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Answer {
    Answer::of(server.form(path, fields).header("accept", "text/html")).await
}

async fn see(server: &TestServer, path: &str) -> Answer {
    let request = server.request(Method::GET, path);
    Answer::of(request.header("accept", "text/html")).await
}

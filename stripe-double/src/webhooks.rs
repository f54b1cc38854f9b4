//! Events on their way to a webhook: signed, and as unreliable as the script says.

use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::Sha256;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::Shared;
use crate::faults::Delivery;

/// So long an answer is waited for.
const ANSWER_TIME: Duration = Duration::from_secs(10);

/// The value of the header `Stripe-Signature` over `body` at `at` (seconds since 1970): one `v1` for each secret, as while
/// a secret is being changed.
pub fn sign<S: AsRef<str>>(secrets: &[S], at: i64, body: &str) -> String {
    secrets.iter().fold(format!("t={at}"), |header, secret| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_ref().as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(format!("{at}.{body}").as_bytes());
        let hex = mac
            .finalize()
            .into_bytes()
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        format!("{header},v1={hex}")
    })
}

/// One attempt to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The event's id.
    pub event: String,
    /// Its type.
    pub kind: String,
    /// What was answered; `None`: nobody answered.
    pub status: Option<u16>,
}

/// Tells every event, one after another but for those that the script holds back.
pub(crate) async fn deliver(shared: Arc<Shared>, mut events: UnboundedReceiver<Value>) {
    let mut held: Option<Value> = None;
    while let Some(event) = events.recv().await {
        let plan = shared.plan_delivery();
        let times = match plan {
            Delivery::Once => 1,
            Delivery::Times(times) => times,
            Delivery::Lost => 0,
            Delivery::Late(late) => {
                let shared = Arc::clone(&shared);
                tokio::spawn(async move {
                    tokio::time::sleep(late).await;
                    tell_until_heard(shared, event).await;
                });
                continue;
            }
            Delivery::AfterNext => {
                if let Some(earlier) = held.replace(event) {
                    tell(&shared, earlier).await;
                }
                continue;
            }
        };
        for _ in 0..times {
            tell(&shared, event.clone()).await;
        }
        if let Some(earlier) = held.take() {
            tell(&shared, earlier).await;
        }
    }
}

/// Once in order; what was not heard comes again later, beside the others.
async fn tell(shared: &Arc<Shared>, event: Value) {
    if !attempt(shared, &event).await {
        tokio::spawn(again(Arc::clone(shared), event));
    }
}

async fn tell_until_heard(shared: Arc<Shared>, event: Value) {
    if !attempt(&shared, &event).await {
        again(shared, event).await;
    }
}

async fn again(shared: Arc<Shared>, event: Value) {
    for pause in shared.retries.clone() {
        tokio::time::sleep(pause).await;
        if attempt(&shared, &event).await {
            break;
        }
    }
}

/// Whether it was answered by 2xx.
pub(crate) async fn attempt(shared: &Shared, event: &Value) -> bool {
    let Some(endpoint) = shared.endpoint() else {
        return true;
    };
    let body = event.to_string();
    let header = sign(&endpoint.secrets, shared.now(), &body);
    let sent = shared
        .client
        .post(&endpoint.url)
        .header("content-type", "application/json; charset=utf-8")
        .header("stripe-signature", header)
        .header(
            "user-agent",
            "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        )
        .timeout(ANSWER_TIME)
        .body(body)
        .send()
        .await;
    let status = sent.ok().map(|answer| answer.status());
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    shared.note(Attempt {
        event: text("id"),
        kind: text("type"),
        status: status.map(|status| status.as_u16()),
    });
    status.is_some_and(|status| status.is_success())
}

//! What happened, as it is told to webhooks and listed.

use serde_json::{Value, json};

use super::World;
use super::shelf::created_within;
use crate::API_VERSION;
use crate::error::Refusal;
use crate::form::Params;

#[derive(Debug)]
pub(crate) struct Event {
    created: i64,
    kind: &'static str,
    body: Value,
}

impl World {
    /// `object` as it is at this moment.
    pub(super) fn tell(&mut self, kind: &'static str, object: Value) {
        self.tell_of(None, kind, object);
    }

    /// The same of somebody's account, which the event names.
    pub(super) fn tell_of(&mut self, account: Option<&str>, kind: &'static str, object: Value) {
        let id = self.id("evt_");
        let created = self.now();
        let mut body = json!({
            "id": id,
            "object": "event",
            "api_version": API_VERSION,
            "created": created,
            "data": { "object": object },
            "livemode": false,
            "pending_webhooks": 1,
            "request": { "id": self.request.id, "idempotency_key": self.request.idempotency_key },
            "type": kind,
        });
        if let Some(account) = account {
            body["account"] = json!(account);
        }
        self.fresh.push(body.clone());
        let event = Event {
            created,
            kind,
            body,
        };
        self.events.put(id, event);
    }

    pub(super) fn event(&self, id: &str) -> Result<Value, Refusal> {
        self.events.get(id).map(|event| event.body.clone())
    }

    pub(super) fn list_events(&self, params: &Params) -> Result<Value, Refusal> {
        params.only(&["created", "limit", "starting_after", "type"])?;
        created_within(params, 0)?;
        self.events.page(
            "/v1/events",
            params,
            |event| {
                params.text("type").is_none_or(|kind| kind == event.kind)
                    && created_within(params, event.created).unwrap_or(false)
            },
            |_, event| event.body.clone(),
        )
    }

    /// The oldest first.
    pub(crate) fn all_events(&self) -> Vec<Value> {
        let mut events: Vec<Value> = self
            .events
            .iter()
            .map(|(_, event)| event.body.clone())
            .collect();
        events.reverse();
        events
    }
}

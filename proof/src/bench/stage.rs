//! What the measures and proofs play on: the real server on fresh data, an organizer, events on sale. All of it through
//! the public API, as anybody would set it up.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use anyhow::{Context as _, bail};
use futures::{StreamExt as _, TryStreamExt as _};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::buyer::{Bought, Purchase, patiently};
use super::relay::{Line, Relay};
use crate::api::{Api, number, text};
use crate::organizer::{Venue, new_id, now_ms};
use crate::processes::Server;

/// Settings that take the limits off: every caller here has one address.
pub const WITHOUT_LIMITS: [(&str, &str); 5] = [
    ("TICKETHUB_LIMIT_REQUESTS_PER_MINUTE", "off"),
    ("TICKETHUB_LIMIT_SYNC_REQUESTS_PER_MINUTE", "off"),
    ("TICKETHUB_LIMIT_ENROLMENTS_PER_MINUTE", "off"),
    ("TICKETHUB_LIMIT_PAYMENTS_PER_MINUTE", "off"),
    ("TICKETHUB_LOG", "warn"),
];

/// What a ticket costs, in cents.
pub const PRICE_MINOR: i64 = 3_400;
/// The most places of one type in one order, by the API's rules.
const MOST_PLACES: u32 = 100;
const HOUR_MS: i64 = 3_600_000;
/// Who buy at once where a whole event is to be sold.
const BUYERS: usize = 4;

/// A folder of its own that PostgreSQL's user can enter too; removed with everything in it.
pub fn fresh_folder() -> anyhow::Result<tempfile::TempDir> {
    let folder = tempfile::Builder::new()
        .prefix("th-proof-")
        .tempdir()
        .context("making a temporary folder")?;
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).context("opening the temporary folder")?;
    Ok(folder)
}

/// A running server, an organizer, and the callers that act on them.
pub struct Stage {
    /// The server.
    pub server: Server,
    /// Nobody in particular.
    pub guest: Api,
    /// The organizer, and who may do everything for it.
    pub venue: Venue,
}

/// A ticket type to put on sale.
#[derive(Clone, Copy, Debug)]
pub struct Offer {
    /// Its number.
    pub no: u16,
    /// How many there are.
    pub quota: u32,
    /// The window that its tickets admit in: 0 = whenever the event does, 1 = the one that every event here has.
    pub window: u8,
    /// The gate printed on its tickets; 0 = any.
    pub home_gate: u16,
}

impl Offer {
    /// One type, number 1, for any time and any gate.
    pub fn only(quota: u32) -> [Self; 1] {
        [Self {
            no: 1,
            quota,
            window: 0,
            home_gate: 0,
        }]
    }
}

impl Stage {
    /// With a server that devices reach at the address of a relay, which counts what comes from there; that address.
    pub async fn behind_a_relay(
        folder: &Path,
        line: Line,
    ) -> anyhow::Result<(Self, Relay, String)> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let settings = [
            WITHOUT_LIMITS.as_slice(),
            &[("TICKETHUB_PUBLIC_URL", &address)],
        ]
        .concat();
        let stage = Self::set(folder, &settings).await?;
        let relay = Relay::with(listener, stage.server.port(), line);
        Ok((stage, relay, address))
    }

    /// Starts the server on data below `folder` and makes an organizer with a venue.
    pub async fn set(folder: &Path, settings: &[(&str, &str)]) -> anyhow::Result<Self> {
        let mut server = Server::on(&folder.join("server"), settings)?;
        server.start().await?;
        let guest = Api::guest(&server.url());
        let venue = Venue::found(&guest, server.data()).await?;
        Ok(Self {
            server,
            guest,
            venue,
        })
    }

    /// An event on sale whose doors are open, with two gates and a window.
    pub async fn event(&self, offers: &[Offer]) -> anyhow::Result<Uuid> {
        self.event_open_for(1, offers).await
    }

    /// The same, of which the doors have been open for so many hours.
    pub async fn event_open_for(&self, hours: i64, offers: &[Offer]) -> anyhow::Result<Uuid> {
        self.put_on_sale(hours, None, offers).await
    }

    /// The same, where places are held for so many seconds.
    pub async fn event_held_for(&self, seconds: u32, offers: &[Offer]) -> anyhow::Result<Uuid> {
        self.put_on_sale(1, Some(seconds), offers).await
    }

    async fn put_on_sale(
        &self,
        hours: i64,
        hold_seconds: Option<u32>,
        offers: &[Offer],
    ) -> anyhow::Result<Uuid> {
        let (event, now_ms) = (new_id(), now_ms());
        let (doors_ms, ends_ms) = (now_ms - hours * HOUR_MS, now_ms + 12 * HOUR_MS);
        let owner = &self.venue.owner;
        let body = json!({
            "id": event, "organizer_id": self.venue.organizer, "venue_id": self.venue.venue,
            "status": "published", "title": "Nuit électro", "category": "concert",
            "doors_ms": doors_ms, "starts_ms": now_ms, "ends_ms": ends_ms, "hold_seconds": hold_seconds,
        });
        owner.post("/events", &body).await?;
        for (no, name) in [(1, "Porte A"), (2, "Porte B")] {
            let path = format!("/events/{event}/gates");
            owner.post(&path, &json!({"no": no, "name": name})).await?;
        }
        let body = json!({"no": 1, "name": "Soirée", "intervals": [[doors_ms, ends_ms]]});
        let path = format!("/events/{event}/windows");
        owner.post(&path, &body).await?;
        for offer in offers {
            let body = json!({
                "no": offer.no, "name": format!("Tarif {}", offer.no), "price_minor": PRICE_MINOR,
                "vat_basis_points": 550, "quota": offer.quota, "max_per_order": MOST_PLACES,
                "window_no": offer.window, "home_gate": offer.home_gate,
            });
            let path = format!("/events/{event}/types");
            owner.post(&path, &body).await?;
        }
        Ok(event)
    }

    /// From now on each of its tickets has one door that may let it in.
    pub async fn make_strict(&self, event: Uuid) -> anyhow::Result<()> {
        let owner = &self.venue.owner;
        let path = format!("/events/{event}");
        let page = owner.get(&path).await?;
        let mut body = json!({ "venue_id": self.venue.venue, "strict": true });
        for field in [
            "title",
            "category",
            "doors_ms",
            "starts_ms",
            "ends_ms",
            "status",
        ] {
            body[field] = page[field].clone();
        }
        let (status, answer) = owner.call(Method::PUT, &path, Some(&body)).await?;
        if !status.is_success() {
            bail!("PUT {path} was answered {status}: {answer}");
        }
        Ok(())
    }

    /// Buys `count` tickets of each of `types`, in full orders.
    pub async fn fill(
        &self,
        event: Uuid,
        types: &[u16],
        count: u32,
    ) -> anyhow::Result<Vec<Bought>> {
        let orders = count.div_ceil(MOST_PLACES);
        let purchases = (0..orders).map(|n| async move {
            let places = MOST_PLACES.min(count - n * MOST_PLACES);
            let lines: Vec<_> = types.iter().map(|no| (*no, places)).collect();
            match patiently(&self.guest, event, &lines).await? {
                Purchase::Bought(order) => Ok(order),
                Purchase::SoldOut => bail!("the event of the measure is sold out"),
            }
        });
        futures::stream::iter(purchases)
            .buffer_unordered(BUYERS)
            .try_collect()
            .await
    }

    /// Of all types, as the organizer reads them: places sold, and places held for who has not paid yet.
    pub async fn sold_and_held(&self, event: Uuid) -> anyhow::Result<(i64, i64)> {
        let answer = self
            .venue
            .owner
            .get(&format!("/events/{event}/types"))
            .await?;
        let types = answer.get("types").and_then(Value::as_array);
        let types = types.context("no list of ticket types")?;
        types.iter().try_fold((0, 0), |(sold, held), row| {
            Ok((sold + number(row, "/sold")?, held + number(row, "/held")?))
        })
    }

    /// Shows a ticket at gate 1 by the API: `admit`, or the reason why not.
    pub async fn enter(&self, ticket: &str) -> anyhow::Result<String> {
        let body = json!({"direction": "in", "gate": 1});
        let path = format!("/tickets/scan/{ticket}");
        let (status, answer) = self
            .venue
            .owner
            .call(Method::POST, &path, Some(&body))
            .await?;
        if status.is_success() {
            return Ok("admit".to_owned());
        }
        match text(&answer, "/fields/reason") {
            Ok(reason) => Ok(reason.to_owned()),
            Err(_) => bail!("POST {path} was answered {status}: {answer}"),
        }
    }

    /// Gives all of an order's money back, under a refund's id made by the caller.
    pub async fn refund(&self, order: &Bought, refund: Uuid) -> anyhow::Result<Value> {
        let amount = PRICE_MINOR * order.tickets.len() as i64;
        let body = json!({"id": refund, "amount_minor": amount, "reason": "requested"});
        let path = format!("/orders/{}/refunds", order.order);
        self.venue.owner.post(&path, &body).await
    }
}

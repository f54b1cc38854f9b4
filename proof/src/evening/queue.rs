//! A queue before one door: an event of as many tickets as there are guests. Between door and server is a relay.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures::{StreamExt as _, TryStreamExt as _};
use image::DynamicImage;
use scanner_app::camera::{Frame, read_still};
use serde_json::{Value, json};
use shared::ticket::{self, Presented};

use super::eye::{Eye, drawn, sees_queue};
use crate::api::text;
use crate::bench::buyer::Bought;
use crate::bench::relay::{Line, Relay};
use crate::bench::stage::{Offer, Stage};
use crate::pictures::forgery;

/// One guest in so many comes with a forgery, beside their ticket.
const HONEST: usize = 20;
/// Tickets fetched at once.
const FETCHED_AT_ONCE: usize = 4;

/// Lasts as long as the line is needed.
pub struct Queue {
    pub stage: Stage,
    pub told: Value,
    _line: Relay,
}

impl Queue {
    /// Sells the tickets, makes an offer to one device, and draws what a webcam sees of each.
    pub async fn form(folder: &Path, guests: u32, delay: Duration) -> anyhow::Result<Self> {
        let line = Line {
            delay,
            ..Line::default()
        };
        let (stage, line, _) = Stage::behind_a_relay(folder, line).await?;
        let event = stage.event(&Offer::only(guests)).await?;
        let offer = json!({
            "organizer_id": stage.venue.organizer, "device_name": "Porte A, tablette", "events": [event], "gate": 1,
            "rights": {"scan": true, "search": true, "sell": false, "supervise": false},
        });
        let offer = stage.venue.owner.post("/devices/offers", &offer).await?;
        let orders = stage.fill(event, &[1], guests).await?;
        let tickets = fetched(&stage, &orders).await?;
        let forgeries = tickets.iter().step_by(HONEST).map(forgery);
        let named = |kind: &'static str| move |n: usize| format!("{kind}-{n}");
        let queue = (0..).map(named("ticket")).zip(tickets.iter().copied());
        let queue = queue.chain((0..).map(named("forged")).zip(forgeries));
        let pictures = folder.join("pictures");
        sees_queue(&pictures, queue.collect()).await?;
        let mut eye = Eye::over(pictures)?;
        eye.sees("offer-1", &drawn(text(&offer, "/qr_text")?)?)?;
        let told = json!({
            "server": stage.server.url(), "token": stage.venue.owner.token(), "event": event, "offers": [offer],
            "pictures": eye.folder, "texts": eye.texts,
        });
        Ok(Self {
            stage,
            told,
            _line: line,
        })
    }
}

/// What each ticket's own picture says.
async fn fetched(stage: &Stage, orders: &[Bought]) -> anyhow::Result<Vec<Presented>> {
    let fetching = orders.iter().flat_map(|order| {
        order.tickets.iter().map(move |ticket| async move {
            let path = format!("/tickets/{ticket}/qr.png?secret={}", order.secret);
            let png = stage.guest.bytes(&path).await?;
            read(&image::load_from_memory(&png).context("reading a ticket's picture")?)
        })
    });
    futures::stream::iter(fetching)
        .buffered(FETCHED_AT_ONCE)
        .try_collect()
        .await
}

fn read(picture: &DynamicImage) -> anyhow::Result<Presented> {
    let picture = picture.to_luma8();
    let found = read_still(&Frame {
        width: picture.width(),
        height: picture.height(),
        luma: picture.into_raw(),
        name: "a ticket".to_owned(),
        taken: None,
    });
    let [found] = &found[..] else {
        bail!("a ticket's picture holds {} codes", found.len());
    };
    ticket::read(&found.text).context("reading a ticket")
}

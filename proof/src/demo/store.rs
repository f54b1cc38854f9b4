//! The store's act: a stranger buys in a browser, and comes with a ticket that needs no network.

use anyhow::Context as _;
use serde_json::{Value, json};

use super::offline::{ADMIT, Seen, tally};
use super::phone::Phone;
use super::stage::{Sold, Stage};
use super::telling::Telling;
use crate::organizer::{mailed_order, new_id};

/// Réserver, the first field, Payer.
const TAPS: u64 = 3;
const PLACES: u64 = 2;

/// The stranger, with the ticket on the phone's screen.
pub struct Stranger {
    phone: Phone,
    ticket: String,
}

/// While the server runs.
pub async fn buy(tell: &mut Telling, stage: &Stage, sold: &Sold) -> anyhow::Result<Stranger> {
    tell.step("store");
    let mut phone = Phone::on()?;
    let email = format!("nora-{}@example.org", new_id().simple());
    let page = format!("{}/fr/events/{}", stage.server.url(), sold.event);
    let bought = phone.does(&json!({
        "command": "buy", "url": page, "email": email, "name": "Nora Lefèvre", "dawdles": tell.breaks("store"),
    }))?;
    let count = |name: &str| bought[name].as_u64().unwrap_or_default();
    tell.check(
        "taps from the event's page to the payment",
        count("taps"),
        TAPS,
    )?;
    tell.check("tickets on the order's page", count("places"), PLACES)?;

    tell.step("mail");
    let link = mailed_order(stage.server.data(), &email).await?;
    let (path, secret) = link
        .split_once("?secret=")
        .context("a link without a secret")?;
    let order = path.rsplit('/').next().unwrap_or_default();
    let api = format!("/orders/{order}?secret={secret}");
    let order = stage.guest.get(&api).await?;
    let first = order["tickets"][0]
        .as_str()
        .context("no ticket")?
        .to_owned();
    let opened = if tell.breaks("mail") {
        format!("{path}?secret=of-another")
    } else {
        link
    };
    let opened = phone.does(&json!({"command": "open", "url": opened}))?;
    let shown = opened["ticket"].as_str().unwrap_or("none").to_owned();
    tell.check(
        "the ticket that the mail's link leads to",
        shown,
        first.clone(),
    )?;
    Ok(Stranger {
        phone,
        ticket: first,
    })
}

/// With the server stopped: the ticket is still on the phone, and a screenshot of it goes in once.
pub fn come(
    tell: &mut Telling,
    stage: &Stage,
    sold: &Sold,
    stranger: &mut Stranger,
    (forged, seen): (&[u8], &mut Seen),
) -> anyhow::Result<()> {
    tell.step("pocket");
    if tell.breaks("pocket") {
        stranger.phone.does(&json!({"command": "forget"}))?;
    }
    let picture = stage.folder.path().join("screenshot.png");
    let look = json!({"command": "look", "picture": picture});
    let looked: Value = stranger.phone.does(&look)?;
    tell.check(
        "the code is on the phone's screen",
        looked["code"] == true,
        true,
    )?;

    tell.step("screenshot");
    if tell.breaks("screenshot") {
        std::fs::write(&picture, forged)?;
    }
    let camera = format!("file:{}", picture.display());
    let show = || -> anyhow::Result<_> {
        let read = stage.scan_with(1, sold.event, &camera)?.into_iter().next();
        read.context("no code was read from the screenshot")
    };
    let verdict = show()?;
    tally(tell, seen, "at door B, the screenshot", &verdict, ADMIT)?;
    tell.check(
        "it is the ticket that was bought",
        verdict.ticket,
        stranger.ticket.clone(),
    )?;
    let again = show()?;
    tally(
        tell,
        seen,
        "at door B, the same screenshot again",
        &again,
        "refuse: already_entered",
    )
}

//! The part with a network: sell, enrol, refund.

use anyhow::Context as _;
use serde_json::json;
use shared::ticket;

use super::stage::{Sold, Stage, read_by_zbarimg};
use super::telling::Telling;
use crate::api::number;
use crate::organizer::{Venue, buy, new_id, person};
use crate::pictures::forged;

/// Of tonight: Anna's two, the guest's eight, Karim's, and the stranger's two.
const TICKETS: i64 = 13;

/// The PNGs that the guests have on their phones.
pub struct Phones {
    /// Anna's two.
    pub anna: Vec<Vec<u8>>,
    /// The guest's eight.
    pub guest: Vec<Vec<u8>>,
    /// The refunded one.
    pub refunded: Vec<u8>,
    /// For another event.
    pub other: Vec<u8>,
    /// Made by someone who has seen Anna's.
    pub forged: Vec<u8>,
}

/// On fresh data.
pub async fn start_server(tell: &mut Telling, stage: &mut Stage) -> anyhow::Result<()> {
    tell.step("server");
    if tell.breaks("server") {
        // A file where the server's folder should be.
        std::fs::write(stage.server.data(), b"in the way")?;
    }
    let took = stage.server.start().await?;
    tell.note(&format!(
        "ready after {:.1} s at {}",
        took.as_secs_f32(),
        stage.server.url()
    ));
    let events = stage.guest.get("/events").await?;
    tell.check(
        "events on sale",
        events["events"].as_array().map_or(usize::MAX, Vec::len),
        0,
    )
}

/// An organizer, and customers by the API.
pub async fn sell(tell: &mut Telling, stage: &Stage) -> anyhow::Result<Sold> {
    tell.step("publish");
    let data = stage.server.data();
    let venue = Venue::found(&stage.guest, data).await?;
    let event = venue.publish("Mirabelle et les Vautrin", 1_000).await?;
    let other_event = if tell.breaks("publish") {
        event
    } else {
        venue.publish("Requiem pour un été", 200).await?
    };
    let events = stage
        .guest
        .get(&format!("/events?organizer={}", venue.organizer))
        .await?;
    tell.check(
        "events on sale",
        events["events"].as_array().map_or(0, Vec::len),
        2,
    )?;

    tell.step("buy");
    let anna = person(
        &stage.guest,
        data,
        &format!("anna-{}@example.org", new_id().simple()),
        "Anna Petit",
    )
    .await?;
    let karim = person(
        &stage.guest,
        data,
        &format!("karim-{}@example.org", new_id().simple()),
        "Karim Diallo",
    )
    .await?;
    let anna = buy(&anna, event, 2, "anna@example.org").await?;
    let guest = buy(
        &stage.guest,
        event,
        if tell.breaks("buy") { 7 } else { 8 },
        "lea@example.org",
    )
    .await?;
    let refunded = buy(&karim, event, 1, "karim@example.org").await?;
    let other = buy(&stage.guest, other_event, 1, "lea@example.org").await?;
    let tickets = anna.tickets.len() + guest.tickets.len() + refunded.tickets.len();
    tell.check("tickets of tonight in customers' hands", tickets, 11)?;
    Ok(Sold {
        venue,
        event,
        other_event,
        anna,
        guest,
        refunded,
        other,
    })
}

/// Two doors.
pub async fn enrol_doors(tell: &mut Telling, stage: &Stage, sold: &Sold) -> anyhow::Result<()> {
    tell.step("qr");
    let png = stage.png(&sold.anna, 0).await?;
    let shown = if tell.breaks("qr") {
        stage.png(&sold.anna, 1).await?
    } else {
        png
    };
    let digits = read_by_zbarimg(stage.folder.path(), &shown)?;
    let read = ticket::read(&digits).context("reading what zbarimg saw")?;
    tell.check(
        "ticket read by zbarimg",
        read.token().claimed().ticket.to_string(),
        sold.anna.tickets[0].clone(),
    )?;

    tell.step("enrol");
    for door in 0..2 {
        let answer = if tell.breaks("enrol") && door == 1 {
            "reject"
        } else {
            "confirm"
        };
        let (office, shown, run) = stage.enrol(sold, door, answer).await?;
        tell.check(
            "digits on the door's screen and in the office",
            shown,
            office,
        )?;
        tell.check("the door was let in by the organizer", run.succeeded, true)?;
    }

    tell.step("roster");
    for door in 0..2 {
        if !(tell.breaks("roster") && door == 1) {
            stage.doors[door].run_well(&["sync"])?;
        }
        tell.check(
            "tickets in the door's replica",
            tickets_known(stage, sold, door)?,
            TICKETS,
        )?;
    }
    Ok(())
}

fn tickets_known(stage: &Stage, sold: &Sold, door: usize) -> anyhow::Result<i64> {
    let lines = stage.doors[door].run_well(&["status"])?;
    let status = lines.first().context("no status")?;
    let events = status["enrolled"]["events"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let event = events.iter().find(|event| event["id"] == json!(sold.event));
    event.map_or(Ok(0), |event| number(event, "/tickets"))
}

/// A refund, and what is on the phones when the network goes.
pub async fn take_tickets_away(
    tell: &mut Telling,
    stage: &Stage,
    sold: &Sold,
) -> anyhow::Result<Phones> {
    let phones = phones(stage, sold).await?;
    tell.step("refund");
    let refund = json!({ "id": new_id(), "amount_minor": 3400, "reason": "requested" });
    if !tell.breaks("refund") {
        sold.venue
            .owner
            .post(&format!("/orders/{}/refunds", sold.refunded.order), &refund)
            .await?;
    }
    let order = sold
        .venue
        .owner
        .get(&format!("/orders/{}", sold.refunded.order))
        .await?;
    tell.check(
        "the order's state",
        order["state"].as_str().unwrap_or("?").to_owned(),
        "refunded".to_owned(),
    )?;
    for door in &stage.doors {
        door.run_well(&["sync"])?;
    }
    Ok(phones)
}

async fn phones(stage: &Stage, sold: &Sold) -> anyhow::Result<Phones> {
    let mut anna = Vec::new();
    for n in 0..2 {
        anna.push(stage.png(&sold.anna, n).await?);
    }
    let mut guest = Vec::new();
    for n in 0..sold.guest.tickets.len() {
        guest.push(stage.png(&sold.guest, n).await?);
    }
    let forged = forged(&read_by_zbarimg(stage.folder.path(), &anna[0])?)?;
    Ok(Phones {
        refunded: stage.png(&sold.refunded, 0).await?,
        other: stage.png(&sold.other, 0).await?,
        anna,
        guest,
        forged,
    })
}
